import { UserError } from "../common/errors";
import type { EngineRun } from "./run-engine";
import { runAndReport } from "./run-engine";

/** Options of an update. */
export interface UpdateArgs extends Omit<EngineRun, "args"> {
  /** URNs of resources to replace first, whatever their state. */
  readonly again: readonly string[];
  /** Whether to read the cluster first, so that manual changes are reverted. */
  readonly refresh: boolean;
}

/**
 * Runs `pulumi up` without prompts.
 *
 * @throws UserError that lists all reasons if Pulumi fails.
 */
export async function update({ again, refresh, ...run }: UpdateArgs): Promise<void> {
  const up = (args: readonly string[]) =>
    operate({ ...run, args: ["up", ...run.engine.stack, ...args, "--yes"] });
  // A separate operation: a refresh may remove a missing resource from the state, and Pulumi
  // rejects unknown targets.
  if (again.length > 0)
    await up([...again.flatMap((urn) => ["--target-replace", urn]), "--skip-preview"]);
  await up(refresh ? ["--refresh"] : []);
}

/**
 * Runs `pulumi destroy` without prompts.
 *
 * @throws UserError that lists all reasons if Pulumi fails.
 */
export async function destroy(run: Omit<EngineRun, "args">): Promise<void> {
  await operate({ ...run, args: ["destroy", ...run.engine.stack, "--yes"] });
}

async function operate(run: EngineRun): Promise<void> {
  const { code, reasons, log } = await runAndReport(run);
  if (code === 0) return;
  const [operation = ""] = run.args;
  const command = run.engine.commands.onStack(operation === "destroy" ? "down" : "up");
  throw new UserError(
    [
      `pulumi ${operation} failed:`,
      ...reasons.map((reason) => `  ${reason.replaceAll("\n", "\n  ")}`),
    ].join("\n"),
    {
      fix: `Completed changes are saved. Fix the cause, then continue with: ${command}\nLog: ${log}`,
      exitCode: 1,
    },
  );
}
