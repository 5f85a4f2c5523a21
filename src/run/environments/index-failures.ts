import { packageName, type InstalledSource } from "../../model/connector-source";
import type { Reading } from "./install-failure";

/** The index has another file than the lock file. */
export const otherFile: Reading = (text) => {
  const [, name, version] =
    /Hash mismatch for `([^=`]+)==([^`]+)`/.exec(text) ??
    /DO NOT MATCH THE HASHES .*? ([\w.[\],-]+)==(\S+) from /.exec(text) ??
    [];
  return name === undefined
    ? undefined
    : {
        reason: `the package index has another file for ${name} ${version} than the lock file lists`,
        fix: "Find out why the file changed before you write the lock file again.",
      };
};

const UNTRUSTED = "its certificate is not trusted";

/** What uv and pip print if a connection fails, and the cause; the first match counts. */
const CONNECTION_FAILURES: readonly (readonly [RegExp, string])[] = [
  [
    /dns error|failed to lookup|Name or service not known|Temporary failure in name resolution|getaddrinfo/i,
    "unknown host name",
  ],
  [/certificate|CERTIFICATE_VERIFY_FAILED|SSLError/, UNTRUSTED],
  [/Connection refused/, "connection refused"],
  [/timed out|Timeout/, "timeout"],
  [
    /error sending request|Request failed after|NewConnectionError|ProxyError|Max retries exceeded|Network is unreachable/,
    "no connection",
  ],
];

/** The index cannot be reached, or refuses. */
export const unreachable: Reading = (text) => {
  const refused =
    /HTTP status (?:client|server) error \((\d+ [^)]+)\)|(\b(?:401|403|407|5\d\d)) (?:Client|Server) Error/.exec(
      text,
    );
  const url = /https?:\/\/[^\s`'"),]+/.exec(text)?.[0];
  const index = `the package index${url ? ` at ${new URL(url).origin}` : ""}`;
  if (refused)
    return {
      reason: `${index} answers ${refused[1] ?? refused[2]}`,
      fix: "Check the address and credentials of the index in pip's configuration.",
    };
  const cause = CONNECTION_FAILURES.find(([pattern]) => pattern.test(text))?.[1];
  if (cause === undefined) return undefined;
  return {
    reason: `${index} cannot be reached (${cause})`,
    fix:
      cause === UNTRUSTED
        ? "Set SSL_CERT_FILE, or cert in pip's configuration, to the certificate of its authority."
        : "Check the network, the proxy and the address of the index in pip's configuration.",
  };
};

/**
 * pip's message for a missing package or version: name, bounds, the package that requires it,
 * available versions.
 */
const PIP_NOT_FOUND =
  /satisfies the requirement ([\w.-]+)(?:\[[^\]]*\])?(\S*)(?: \(from [^)]*\))*? \(from versions: ([^)]*)\)/;

/** The index does not have the version. */
export const noVersion: Reading = (text, { source }) => {
  const [, uvName, uvBounds] = /there is no version of ([^\s=]+)(==\S+?),? and/.exec(text) ?? [];
  const [, pipName, pipBounds, there = "none"] = PIP_NOT_FOUND.exec(text) ?? [];
  const name = uvName ?? (there === "none" ? undefined : pipName);
  if (name === undefined) return undefined;
  const missing = `no version ${(uvBounds ?? pipBounds ?? "").replace(/^==/, "")} of ${name}`;
  const newest = there === "none" ? "" : `; the newest is ${there.split(", ").at(-1)}`;
  return same(name, source)
    ? {
        reason: `the package index has ${missing}${newest}`,
        fix: "Set version of the connector to one that the index has.",
      }
    : {
        reason: `the package index has ${missing}, which it requires${newest}`,
        fix: "Use another version of the connector, or add the package to the index.",
      };
};

/** The index does not have the package. */
export const noPackage: Reading = (text, { source }) => {
  const name =
    /Because ([^\s=]+) was not found in/.exec(text)?.[1] ?? PIP_NOT_FOUND.exec(text)?.[1];
  if (name === undefined) return undefined;
  return same(name, source)
    ? {
        reason: `the package index has no package "${name}"`,
        fix: "Check the name of the package and the index in pip's configuration.",
      }
    : {
        reason: `it requires the package "${name}", which the package index does not have`,
        fix: "Add the package to the index, or use another version of the connector.",
      };
};

/**
 * Package names are normalized as by indexes:
 * https://packaging.python.org/en/latest/specifications/name-normalization/
 */
function same(name: string, source: InstalledSource): boolean {
  const plain = (text: string) =>
    text
      .replace(/\[.*\]$/, "")
      .replace(/[-_.]+/g, "-")
      .toLowerCase();
  return plain(name) === plain(packageName(source));
}
