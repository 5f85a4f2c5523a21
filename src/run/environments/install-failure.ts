import { packageName, sourceVersion, type InstalledSource } from "../../model/connector";

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

/** Recognizes a kind of failure: returns its explanation, or undefined for another kind. */
type Reading = (text: string, failure: InstallFailure) => string | undefined;

/**
 * Explains on one line why a connector could not be installed, from the output of any version of uv
 * or pip.
 */
export function explainInstallFailure(failure: InstallFailure): string {
  const text = failure.output.replace(/[│╰╭─▶×├]/gu, " ").replace(/\s+/g, " ");
  const subject = `${packageName(failure.source)} ${sourceVersion(failure.source)}`;
  for (const reading of [
    diskFull,
    otherFile,
    unreachable,
    wrongPython,
    noVersion,
    noPackage,
    notBuilt,
  ]) {
    const reason = reading(text, failure);
    if (reason !== undefined) return `${subject} cannot be installed: ${reason}`;
  }
  return `${subject} cannot be installed: ${lastMeaningfulLine(failure.output)} (log: ${failure.log})`;
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
      .filter((line) => line !== "" && !/^(hint|note|\[notice\]|\[end of output\])/i.test(line))
      .at(-1) ?? "nothing was printed"
  );
}

const diskFull: Reading = (text) =>
  /No space left on device|os error 28|Errno 28/.test(text) ? "the disk is full" : undefined;

const otherFile: Reading = (text) => {
  const [, name, version] =
    /Hash mismatch for `([^=`]+)==([^`]+)`/.exec(text) ??
    /DO NOT MATCH THE HASHES .*? ([\w.[\],-]+)==(\S+) from /.exec(text) ??
    [];
  return name === undefined
    ? undefined
    : `the package index has another file for ${name} ${version} than the lock file lists; find out why before you write the lock file again`;
};

const unreachable: Reading = (text) => {
  const refused =
    /HTTP status (?:client|server) error \((\d+ [^)]+)\)|(\b(?:401|403|407|5\d\d)) (?:Client|Server) Error/.exec(
      text,
    );
  const url = /https?:\/\/[^\s`'"),]+/.exec(text)?.[0];
  const index = `the package index${url ? ` at ${new URL(url).origin}` : ""}`;
  if (refused) return `${index} answers ${refused[1] ?? refused[2]}`;
  const cause =
    /dns error|failed to lookup|Name or service not known|Temporary failure in name resolution|getaddrinfo/i.test(
      text,
    )
      ? "its name is not known"
      : /certificate|CERTIFICATE_VERIFY_FAILED|SSLError/.test(text)
        ? "its certificate is not trusted; set SSL_CERT_FILE, or cert in pip's configuration"
        : /Connection refused/.test(text)
          ? "connection refused"
          : /timed out|Timeout/.test(text)
            ? "it does not answer in time"
            : /error sending request|Request failed after|NewConnectionError|ProxyError|Max retries exceeded|Network is unreachable/.test(
                  text,
                )
              ? "no connection"
              : undefined;
  return cause === undefined ? undefined : `${index} cannot be reached (${cause})`;
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
    : `it needs Python ${needs}, and this is ${python}; set TAPCTL_PYTHON to another one`;
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
    ? `the package index has ${missing}${newest}`
    : `it needs another package that is not there: the package index has ${missing}${newest}`;
};

const noPackage: Reading = (text, { source }) => {
  const name =
    /Because ([^\s=]+) was not found in/.exec(text)?.[1] ?? PIP_NOT_FOUND.exec(text)?.[1];
  if (name === undefined) return undefined;
  return same(name, source)
    ? `the package index has no package "${name}"`
    : `it needs the package "${name}", which the package index does not have`;
};

const notBuilt: Reading = (text, { output, log }) => {
  const name =
    /Failed to build `?([^\s`]+)`?/i.exec(text)?.[1] ??
    /Failed building wheel for (\S+)/.exec(text)?.[1];
  return name === undefined
    ? undefined
    : `building ${name} failed: ${lastMeaningfulLine(output)} (log: ${log})`;
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
