import { problemOf, UserError } from "../common/errors";

/** A step of the test of a pipeline. */
export interface TestStep {
  /** What was tested. */
  readonly name: "settings" | "discovers" | "extracts" | "loads" | "validates";
  /** The connector or the stream that it was tested on. */
  readonly subject: string;
  readonly ok: boolean;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Result, or why the step failed, on one line. */
  readonly detail: string;
}

/** Adds a step with its duration; returns its value, or undefined if the user must fix something. */
export async function step<Value>(
  steps: TestStep[],
  name: TestStep["name"],
  subject: string,
  run: () => Promise<{ readonly value: Value; readonly detail: string; readonly ok?: boolean }>,
): Promise<Value | undefined> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const { value, detail, ok = true } = await run();
    steps.push({ name, subject, ok, seconds: seconds(), detail });
    return value;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    steps.push({ name, subject, ok: false, seconds: seconds(), detail: problemOf(error) });
    return undefined;
  }
}
