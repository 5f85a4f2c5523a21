import type { JsonText } from "../common/json";
import { readSummary } from "../store/runs/runs";
import type { StartFrom } from "../cluster/requests";
import type { StartedRun } from "../cluster/start-run";
import type { WorkflowObject } from "../cluster/objects";
import { readState } from "../store/state/state";
import type { PipelineEntry } from "../model/define";
import { isReplication } from "../model/define";
import { UserError } from "../common/errors";
import { startAt } from "../run/start-day";
import type { CliContext } from "./context";
import { printNote } from "./log-lines";
import { print, printJson } from "../common/print";
import { runFigures } from "../store/runs/run-text";
import { watchRun } from "./watch-run";

/** Options of `tapctl run` for a run on a cluster. */
export interface ClusterRunFlags {
  readonly fullRefresh?: boolean;
  readonly keepState?: boolean;
  readonly acceptSchema?: boolean;
  /** Singer state to resume from. */
  readonly state?: JsonText;
  /** First day to replicate. */
  readonly from?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Starts runs on the cluster, each under its pipeline's lock, and optionally follows one. */
export async function runOnCluster(
  context: CliContext,
  entries: readonly PipelineEntry[],
  flags: ClusterRunFlags,
): Promise<void> {
  if (flags.follow && entries.length > 1)
    throw new UserError("--follow works with one pipeline.", {
      fix: "Name one pipeline, or omit --follow.",
    });
  const { startRun } = await import("../cluster/start-run.js");
  const connection = await context.connect();
  const started: StartedRun[] = [];
  for (const entry of entries) {
    const one = await startRun(connection, context.openStore, entry.name, {
      from: await startFrom(context, entry, flags),
      ...(flags.acceptSchema && { acceptSchema: true }),
    });
    started.push(one);
    if (!flags.json) print(`${one.pipeline}: run ${one.run} (Workflow ${one.workflow})`);
  }
  const [first] = started;
  if (!flags.follow || first === undefined) {
    if (flags.json) return printJson(started);
    return printNote(
      started
        .map(({ pipeline }) => `Follow it with: ${context.commands.tapctl(`logs ${pipeline} -f`)}`)
        .join("\n"),
    );
  }
  const ended = await watchRun(connection, context.commands, { ...first, wants: () => true });
  if (ended !== undefined) await printOutcome(context, first, ended, flags.json === true);
}

/** Prints how a run ended and exits with its exit code. */
export async function printOutcome(
  context: CliContext,
  { pipeline, run }: { readonly pipeline: string; readonly run: string },
  workflow: WorkflowObject,
  json: boolean,
): Promise<void> {
  const { outcomeOf } = await import("../cluster/outcome.js");
  const outcome = outcomeOf(workflow);
  const summary = await readSummary(await context.openStore(), pipeline, run).catch(
    () => undefined,
  );
  process.exitCode = outcome.code ?? 1;
  if (json)
    return printJson(summary ?? { pipeline, run, workflow: workflow.metadata.name, ...outcome });
  const error =
    outcome.status === "succeeded" ? "" : `: ${summary?.error ?? outcome.error ?? "unknown error"}`;
  print(
    `${pipeline}: ${outcome.status}${summary === undefined ? "" : `, ${runFigures(summary)}`}${error}`,
  );
}

async function startFrom(
  context: CliContext,
  entry: PipelineEntry,
  flags: ClusterRunFlags,
): Promise<StartFrom> {
  const asked =
    flags.fullRefresh || flags.keepState || flags.state !== undefined || flags.from !== undefined;
  if (!isReplication(entry)) {
    if (asked)
      throw new UserError(`"${entry.name}" is a job and has no state.`, {
        fix: "Omit --full-refresh, --keep-state, --state and --from.",
      });
    return { kind: "saved" };
  }
  if (flags.fullRefresh) return { kind: "refresh" };
  if (flags.keepState) return { kind: "keep" };
  if (flags.state !== undefined) return { kind: "given", state: flags.state, settings: {} };
  if (flags.from === undefined) return { kind: "saved" };
  const saved = await readState(await context.openStore(), entry.name, entry.formerName);
  return { kind: "given", ...startAt(entry, saved?.envelope.state, flags.from) };
}
