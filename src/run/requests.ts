import { idleSeconds } from "../model/idle-timeout";
import type { Request, RequestFor } from "../model/request/schema";
import { parallelOf } from "../model/parallel";
import type { Replication } from "../model/replication";
import { durationSeconds } from "../model/units";
import type { RunFiles } from "./files";
import { GRACE_SECONDS } from "./stop";

/** What the requests of a run are built from. */
export interface RequestArgs {
  readonly entry: Replication;
  readonly files: RunFiles;
  /** What a saved state of another tap, source, target or destination does: stops the run, counts all the same, or not. */
  readonly onChange: "fail" | "keep" | "refresh";
}

/** Runs the tap. It gets half of the time that a stop leaves, so that the load has the rest for what was sent. */
export function extractRequest(args: RequestArgs): RequestFor<"extract"> {
  const { files } = args;
  return {
    command: "extract",
    ...shared(args),
    graceSeconds: GRACE_SECONDS / 2,
    ...files.request.tap,
    output: files.extract,
  };
}

/** Loads the extract; `partial` if the tap failed. */
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
    ...expected,
  };
}

/** Runs tap and target together; `earlier` is the file with the sums of the attempts before this one. */
export function streamRequest(
  args: RequestArgs,
  earlier: string | undefined,
): RequestFor<"stream"> {
  const { files, entry } = args;
  return {
    command: "stream",
    ...shared(args),
    graceSeconds: GRACE_SECONDS,
    ...files.request.tap,
    ...files.request.target,
    // An attempt whose tap failed and whose target took everything leaves its progress to the next one.
    resume: files.request.resume,
    candidate: files.candidate,
    ...(earlier !== undefined && { earlier }),
    ...expectations(entry),
  };
}

function shared({
  entry,
  files,
  onChange,
}: RequestArgs): Pick<
  Extract<Request, { onChange?: unknown }>,
  "idleTimeoutSeconds" | "identity" | "onChange" | "state" | "givenState" | "parallel"
> {
  const parallel = parallelOf(entry);
  return {
    idleTimeoutSeconds: idleSeconds(entry.idleTimeout),
    identity: files.identity,
    onChange,
    ...(parallel && { parallel }),
    ...files.request.states,
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
