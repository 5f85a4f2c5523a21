import { UserError } from "../../common/errors";
import { packageName, sourceVersion, type InstalledSource } from "../../model/connector-source";
import { parseAddress } from "../../model/package-address";

/** A failed installation. */
export interface InstallFailure {
  /** What was being installed. */
  readonly source: InstalledSource;
  /** Output of uv or pip. */
  readonly output: string;
  /** Python version of the environment. */
  readonly python: string;
  /** File with the full output. */
  readonly log: string;
}

/** Why an installation failed, and what to do about it. */
interface Explanation {
  readonly reason: string;
  readonly fix: string;
}

/** Recognizes a kind of failure: returns its explanation, or undefined for another kind. */
type Reading = (text: string, failure: InstallFailure) => Explanation | undefined;

/** The error of a connector that could not be installed, from the output of any version of uv or pip. */
export function installError(failure: InstallFailure): UserError {
  const { reason, fix } = explanationOf(failure);
  const subject = `${packageName(failure.source)} ${sourceVersion(failure.source)}`;
  return new UserError(`${subject} cannot be installed: ${reason}`, { fix, exitCode: 1 });
}

function explanationOf(failure: InstallFailure): Explanation {
  const text = failure.output.replace(/[│╰╭─▶×├]/gu, " ").replace(/\s+/g, " ");
  for (const reading of [
    diskFull,
    otherFile,
    repository,
    unreachable,
    wrongPython,
    noVersion,
    noPackage,
    notBuilt,
  ]) {
    const explanation = reading(text, failure);
    if (explanation !== undefined) return explanation;
  }
  return {
    reason: lastMeaningfulLine(failure.output),
    fix: `Read the full output in ${failure.log}`,
  };
}

/** The last line with content: not blank, not a hint or a notice of a new version. */
export function lastMeaningfulLine(output: string): string {
  const lines = output.split("\n").map((line) =>
    line
      .replace(/^[\s│╰╭─▶×├]+/u, "")
      .replace(/^(error|cause):\s*/i, "")
      .trim(),
  );
  return (
    lines
      .filter(
        (line) => /[^\s^~]/.test(line) && !/^(hint|note|\[notice\]|\[end of output\])/i.test(line),
      )
      .at(-1) ?? "nothing was printed"
  );
}

const diskFull: Reading = (text) =>
  /No space left on device|os error 28|Errno 28/.test(text)
    ? { reason: "the disk is full", fix: "Free some space, then run the command again." }
    : undefined;

const otherFile: Reading = (text) => {
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

/** git's own messages, which uv and pip show with the command that they started. */
const repository: Reading = (text, { source }) => {
  const address = "bulk" in source ? undefined : parseAddress(source.package);
  if (address?.kind !== "git") return undefined;
  const { url, ref } = address;
  const missing =
    /couldn't find remote ref|did not match any file\(s\) known|failed to find branch, tag/;
  if (missing.test(text))
    return {
      reason: `the repository ${url} has no tag, branch or commit "${ref}"`,
      fix: "Correct the reference at the end of the connector's package.",
    };
  const cause = /fatal: (.*?)(?: fatal:| Please make sure| Caused by|$)/.exec(text)?.[1];
  return /git (?:fetch|clone|operation)|fetch into|git exited/i.test(text) && cause !== undefined
    ? {
        reason: `the repository ${url} cannot be read: ${cause}`,
        fix: `Check the address and your access to it with: git ls-remote ${url}`,
      }
    : undefined;
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

const unreachable: Reading = (text) => {
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

const wrongPython: Reading = (text, { python }) => {
  const forms = [
    /does not satisfy Python(\S+?),? and/,
    /requires Python (\S+) and/,
    /requires a different Python: \S+ not in '([^']+)'/,
    /require a different python version: .*?Requires-Python (\S+?);?(?: |$)/,
  ];
  const needs = forms.map((form) => form.exec(text)?.[1]).find((found) => found !== undefined);
  return needs === undefined
    ? undefined
    : {
        reason: `it requires Python ${needs}, and this is ${python}`,
        fix: "Set TAPCTL_PYTHON to the path of a suitable Python.",
      };
};

/**
 * pip's message for a missing package or version: name, bounds, the package that requires it,
 * available versions.
 */
const PIP_NOT_FOUND =
  /satisfies the requirement ([\w.-]+)(?:\[[^\]]*\])?(\S*)(?: \(from [^)]*\))*? \(from versions: ([^)]*)\)/;

const noVersion: Reading = (text, { source }) => {
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

const noPackage: Reading = (text, { source }) => {
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

const notBuilt: Reading = (text, { output, log }) => {
  const name =
    /Failed to build `?([^\s`]+)`?/i.exec(text)?.[1] ??
    /Failed building wheel for (\S+)/.exec(text)?.[1];
  return name === undefined
    ? undefined
    : {
        reason: `building ${name} failed: ${lastMeaningfulLine(output)}`,
        fix: `Install what the build requires. Its full output is in ${log}`,
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
