import { UserError } from "../../common/errors";
import { packageName, sourceVersion } from "../../model/connector-source";
import { parseAddress } from "../../model/package-address";
import type { InstallFailure, Explanation, Reading } from "./install-failure";
import { otherFile, unreachable, noVersion, noPackage } from "./index-failures";

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
