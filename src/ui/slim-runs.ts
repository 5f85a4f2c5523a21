import { JsonText } from "../common/json";
import type { RunSummary } from "../store/runs/run-summary";

const NO_CONNECTOR = { name: "", version: "" };
const ONE_ATTEMPT = { extract: 1, load: 1 };
const NOTHING: readonly never[] = [];

/**
 * Keeps of runs, newest first, what pages show, because tens of thousands stay in memory. Runs in
 * progress, the newest run and the newest one that has ended are kept unchanged, except for what no
 * page shows; pages of other runs read them again.
 */
export function slimRuns(): (runs: readonly RunSummary[]) => readonly RunSummary[] {
  const texts = new Map<string, string>();
  /** One copy of text that many runs have. */
  const shared = <Text extends string>(text: Text): Text => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return (known ?? text) as Text;
  };
  const small = (run: RunSummary): RunSummary => ({
    version: 1,
    pipeline: shared(run.pipeline),
    run: run.run,
    mode: shared(run.mode),
    trigger: shared(run.trigger),
    started: run.started,
    ended: null,
    seconds: run.seconds,
    status: shared(run.status),
    code: run.code,
    error: run.error,
    warnings: NOTHING,
    attempts: run.attempts.extract === 1 && run.attempts.load === 1 ? ONE_ATTEMPT : run.attempts,
    streams: NOTHING,
    records: run.records,
    bytes: run.bytes,
    badLines: run.badLines,
    tap: NO_CONNECTOR,
    target: NO_CONNECTOR,
    stateBefore: null,
    stateAfter: null,
    stateCommitted: run.stateCommitted,
    outputs: NOTHING,
    host: "",
  });
  const slim = (run: RunSummary): RunSummary => {
    const { leftOut = NOTHING, uncountedFiles = 0, schemaChanges = NOTHING } = run;
    // Most have none of these, and tens of thousands of objects of one shape take less memory.
    return leftOut.length + uncountedFiles + schemaChanges.length === 0
      ? small(run)
      : { ...small(run), leftOut, uncountedFiles, schemaChanges };
  };
  return (runs) => {
    const last = runs.findIndex(({ status }) => status !== "running");
    return runs.map((run, index) => {
      if (run.status === "running" || run.host === "") return run;
      return index === 0 || index === last ? whole(run) : slim(run);
    });
  };
}

/** A run with its state, which is copied: a part of a JSON text keeps all of it in memory. */
function whole(run: RunSummary): RunSummary {
  if (run.tap === NO_CONNECTOR) return run;
  const stateAfter = run.stateAfter && JsonText.parse(Buffer.from(run.stateAfter.text));
  return {
    ...run,
    tap: NO_CONNECTOR,
    target: NO_CONNECTOR,
    outputs: NOTHING,
    stateBefore: null,
    stateAfter,
  };
}
