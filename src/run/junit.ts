import type { TestReport } from "./test-pipeline";
import type { TestStep } from "./test-steps";

/** The report of a test as JUnit XML, which CI systems show. */
export function junitXml({ pipeline, steps }: TestReport): string {
  const failures = steps.filter(({ ok }) => !ok).length;
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tapctl test" tests="${steps.length}" failures="${failures}" time="${seconds.toFixed(3)}">`,
    `  <testsuite name="${escaped(pipeline)}" tests="${steps.length}" failures="${failures}" time="${seconds.toFixed(3)}">`,
    ...steps.flatMap((step) => testCase(pipeline, step)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(
  pipeline: string,
  { name, subject, ok, seconds, detail }: TestStep,
): readonly string[] {
  const opening = `    <testcase classname="${escaped(pipeline)}" name="${escaped(`${subject} ${name}`)}" time="${seconds.toFixed(3)}">`;
  return [
    opening,
    ok
      ? `      <system-out>${escaped(detail)}</system-out>`
      : `      <failure message="${escaped(detail)}"/>`,
    "    </testcase>",
  ];
}

/** Text for XML: characters that XML does not allow are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
