import { stackCommand } from "../common/command-text";
import { UserError } from "../common/errors";
import type { EngineRun } from "./run-engine";
import { runAndReport } from "./run-engine";

/** How an update is made. */
export interface UpdateArgs extends Omit<EngineRun, "args"> {
  /** URNs of resources that are replaced first, whatever the state says of them. */
  readonly again: readonly string[];
  /** Whether to read the cluster first, so that what was changed or deleted by hand is restored. */
  readonly refresh: boolean;
}

/**
 * `pulumi up`, without questions.
 *
 * @throws UserError if the engine fails, with every reason.
 */
export async function update({ again, refresh, ...run }: UpdateArgs): Promise<void> {
  const up = (args: readonly string[]) =>
    operate({ ...run, args: ["up", ...run.engine.stack, ...args, "--yes"] });
  // In a run of its own: a refresh that sees that one is gone removes it from the state, and the engine then has no such target.
  if (again.length > 0)
    await up([...again.flatMap((urn) => ["--target-replace", urn]), "--skip-preview"]);
  await up(refresh ? ["--refresh"] : []);
}

/** `pulumi destroy`, without questions. @throws UserError if the engine fails, with every reason. */
export async function destroy(run: Omit<EngineRun, "args">): Promise<void> {
  await operate({ ...run, args: ["destroy", ...run.engine.stack, "--yes"] });
}

async function operate(run: EngineRun): Promise<void> {
  const { code, reasons, log } = await runAndReport(run);
  if (code === 0) return;
  const [operation = ""] = run.args;
  const command = stackCommand(operation === "destroy" ? "down" : "up");
  throw new UserError(
    [
      `pulumi ${operation} failed:`,
      ...reasons.map((reason) => `  ${reason}`),
      `What was done is saved. Fix the cause, then continue with: ${command}`,
      `Log: ${log}`,
    ].join("\n"),
    1,
  );
}
