import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../common/errors";
import { parseRecord } from "../common/json";
import { schemasKey } from "../store/keys";
import { commitState } from "../store/state/state";
import type { StateEnvelope } from "../store/state/state-envelope";
import type { RunFiles } from "./files";
import type { LeasedRun } from "./leased-run";
import { ExitCode } from "./runner";

/**
 * Saves the new state of the load, if there is one, and after it the schemas of a run that
 * succeeded. The lease is checked last, so that only its holder commits.
 *
 * @returns `unsaved` with the reason if the store rejected it: the run has then failed although its
 *   data arrived
 */
export async function commit(
  { context, entry, options, lease }: LeasedRun,
  files: RunFiles,
  code: number,
): Promise<{ readonly committed?: StateEnvelope; readonly unsaved?: string }> {
  if (options.saveState === false) return {};
  const envelope = existsSync(files.candidate)
    ? (parseRecord(readFileSync(files.candidate), ["state"]) as unknown as StateEnvelope)
    : undefined;
  await lease.verify();
  try {
    if (envelope !== undefined) await commitState(context.store, envelope);
    if (code === ExitCode.ok && existsSync(files.schemas))
      await context.store.put(schemasKey(entry.name), readFileSync(files.schemas));
    return envelope === undefined ? {} : { committed: envelope };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      unsaved: `the state could not be saved, so the next run loads the same data again: ${error.problem}`,
    };
  }
}
