// Reporter for node:test: a line for each file as it ends, then every failure in full and the totals.
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { relative } from "node:path";
import { inspect } from "node:util";
import { isGroup, membersOf } from "./groups.mjs";

const total = Number(process.env.TEST_FILES ?? 0);

export default async function* report(events) {
  const started = performance.now();
  const counts = { files: 0, passed: 0, skipped: 0 };
  const failures = [];
  for await (const { type, data } of events) {
    if (type === "test:stderr") yield data.message;
    if (type !== "test:complete") continue;
    const file = sourceOf(data.file);
    const { passed, error, duration_ms: duration, type: kind } = data.details;
    // A program is reported as a test with its own path as the name, before the tests in it. It is a
    // file, or has a suite for each file of a group.
    const isProgram = data.nesting === 0 && data.name.endsWith(".test.js");
    const isFile = isProgram
      ? !isGroup(data.name)
      : kind === "suite" && data.nesting === 0 && data.name.endsWith(".test.ts");
    if (isFile) {
      counts.files += 1;
      const name = isProgram ? file : data.name;
      yield `${passed ? "✓" : "✗"} ${counts.files}/${total} ${name} ${seconds(duration)}\n`;
    }
    if (!passed && error?.failureType !== "subtestsFailed")
      failures.push({ file, files: filesOf(data.name, file), isProgram, name: data.name, error });
    else if (!isProgram && kind !== "suite")
      counts[data.skip === undefined ? "passed" : "skipped"] += 1;
  }
  // A program fails with its tests, or by itself if it cannot be loaded.
  const shown = failures.filter(
    ({ files, isProgram }) =>
      !isProgram || failures.every((other) => other.isProgram || !files.includes(other.file)),
  );
  for (const { file, isProgram, name, error } of shown)
    yield `\n✗ ${file}\n${isProgram ? "" : `  ${name}\n`}${indented(textOf(error))}\n`;
  yield `\n${counts.files} files, ${counts.passed} tests passed, ${shown.length} failed, ${counts.skipped} skipped, ${seconds(performance.now() - started)}\n`;
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** The files of a program by the name of its report; the file of a test. */
const filesOf = (name, file) => (isGroup(name) ? membersOf(name) : [file]);

/** The source of a compiled file. */
function sourceOf(file = "") {
  const path = relative(process.cwd(), file);
  return path.replace(/^\.tapctl\/tests\//, "").replace(/\.js$/, ".ts");
}

/** The error of the test itself, which node:test wraps. */
function textOf(error) {
  const cause = error?.cause ?? error;
  const text = typeof cause === "string" ? cause : inspect(cause, { breakLength: 120 });
  return text.replace(/([^\s(]*\/\.tapctl\/tests\/[^\s:]+\.js):(\d+):(\d+)/g, placeOf);
}

/**
 * A place in a compiled file as one in its source. Node would read the source map of each file that
 * it loads, in each test process; here only failures do.
 */
function placeOf(place, file, line, column) {
  try {
    const [, map = ""] =
      /sourceMappingURL=data:[^,]*,(\S+)/.exec(
        readFileSync(file.replace(/^file:\/\//, ""), "utf8"),
      ) ?? [];
    const source = new SourceMap(JSON.parse(Buffer.from(map, "base64").toString()));
    const { originalSource, originalLine, originalColumn } = source.findEntry(line - 1, column - 1);
    return originalSource === undefined
      ? place
      : `${originalSource}:${originalLine + 1}:${originalColumn + 1}`;
  } catch {
    return place;
  }
}

const indented = (text) => text.replace(/^(?=.)/gm, "    ");
