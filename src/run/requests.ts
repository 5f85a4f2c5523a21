import { idleSeconds } from "../model/idle-timeout";
import type { Request, RequestFor } from "../model/request/schema";
import { parallelOf } from "../model/parallel";
import type { Replication } from "../model/replication";
import { durationSeconds } from "../model/units";
import { bytesOf } from "../model/validation/quantities";
import type { RunFiles } from "./files";
import { GRACE_SECONDS } from "./stop";

/** Input of a run's requests. */
export interface RequestArgs {
  readonly entry: Replication;
  readonly files: RunFiles;
  /**
   * What to do with a saved state of another tap, source, target or destination: stop the run, use
   * it, or ignore it.
   */
  readonly onChange: "fail" | "keep" | "refresh";
  /** Load streams whose schema has changed although a rule says `fail`. */
  readonly acceptSchema: boolean;
}

/**
 * Request of the tap; `attempt` counts from 0. It gets half of the grace period, so that the load
 * has the rest for what was sent.
 */
export function extractRequest(args: RequestArgs, attempt: number): RequestFor<"extract"> {
  const { files } = args;
  return {
    command: "extract",
    ...shared(args),
    attempt,
    graceSeconds: GRACE_SECONDS / 2,
    ...files.request.tap,
    ...slotLimit(args.entry),
    output: files.extract,
  };
}

/** Request that loads the extract; `partial` if the tap failed. */
export function loadRequest(args: RequestArgs, partial: boolean): RequestFor<"load"> {
  const { files, entry } = args;
  const expected = partial ? { partial } : expectations(entry);
  return {
    command: "load",
    ...shared(args),
    graceSeconds: GRACE_SECONDS,
    ...files.request.target,
    input: files.extract,
    candidate: files.candidate,
    acceptSchema: args.acceptSchema,
    ...expected,
  };
}

/**
 * Request that runs tap and target together; `attempt` counts from 0, `earlier` is the file with the
 * totals of earlier attempts.
 */
export function streamRequest(
  args: RequestArgs,
  attempt: number,
  earlier: string | undefined,
): RequestFor<"stream"> {
  const { files, entry } = args;
  return {
    command: "stream",
    ...shared(args),
    attempt,
    graceSeconds: GRACE_SECONDS,
    ...files.request.tap,
    ...slotLimit(entry),
    ...files.request.target,
    // If the tap failed and the target loaded everything, the next attempt resumes from the saved
    // progress.
    resume: files.request.resume,
    candidate: files.candidate,
    acceptSchema: args.acceptSchema,
    ...(earlier !== undefined && { earlier }),
    ...expectations(entry),
  };
}

/** How much a replication slot may retain. */
export function slotLimit({
  maxSlotLag,
}: Replication): Pick<RequestFor<"extract">, "maxSlotBytes"> {
  return maxSlotLag === undefined ? {} : { maxSlotBytes: Math.round(bytesOf(maxSlotLag) ?? 0) };
}

function shared({
  entry,
  files,
  onChange,
}: RequestArgs): Pick<
  Extract<Request, { onChange?: unknown }>,
  "idleTimeoutSeconds" | "identity" | "onChange" | "state" | "givenState" | "parallel" | "rules"
> {
  const parallel = parallelOf(entry);
  return {
    idleTimeoutSeconds: idleSeconds(entry.idleTimeout),
    identity: files.identity,
    onChange,
    ...(parallel && { parallel }),
    ...files.request.states,
    ...files.request.rules,
  };
}

function expectations({
  expectations: wanted,
}: Replication): Pick<RequestFor<"load">, "minRecords" | "maxStalenessSeconds"> {
  const staleness = wanted?.maxStaleness && durationSeconds(wanted.maxStaleness);
  return {
    ...(wanted?.minRecords !== undefined && { minRecords: wanted.minRecords }),
    ...(staleness && { maxStalenessSeconds: staleness }),
  };
}
