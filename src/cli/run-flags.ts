import type { JsonText } from "../common/json";
import { UserError } from "../common/errors";
import type { Mode } from "../model/replication";
import { parseState } from "../run/state-changes";
import { readText } from "./input";

/** Options of `tapctl run`. */
export interface RunFlags {
  readonly all?: boolean;
  readonly fullRefresh?: boolean;
  readonly keepState?: boolean;
  readonly acceptSchema?: boolean;
  readonly state?: string;
  readonly offline?: boolean;
  readonly mode?: Mode;
  readonly jobs: string;
  readonly keepRuns: string;
  readonly keepDays: string;
  readonly skipFollowUps?: boolean;
  readonly verbose?: boolean;
  readonly from?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Flags that only apply to local runs. */
const LOCAL_FLAGS = {
  offline: "--offline",
  mode: "--mode",
  skipFollowUps: "--skip-follow-ups",
} as const;

/** @throws UserError for options that only apply to local runs. */
export function refuseLocalFlags(flags: RunFlags): void {
  const stray = (["offline", "mode", "skipFollowUps"] as const).find(
    (flag) => flags[flag] !== undefined,
  );
  if (stray !== undefined)
    throw new UserError(`${LOCAL_FLAGS[stray]} cannot be used with --on cluster.`, {
      fix: "Omit it: a run on the cluster uses the deployed settings.",
    });
}

/** @throws UserError for options that exclude each other. */
export function refuseConflicts(names: readonly string[], flags: RunFlags): void {
  if (flags.fullRefresh && (flags.keepState || flags.state))
    throw new UserError("--full-refresh cannot be combined with --keep-state or --state.", {
      fix: "Use only one of them.",
    });
  if (flags.from && (flags.fullRefresh || flags.keepState || flags.state))
    throw new UserError("--from cannot be combined with --full-refresh, --keep-state or --state.", {
      fix: "Use only one of them.",
    });
  if (flags.all && names.length > 0)
    throw new UserError("--all cannot be combined with pipeline names.", {
      fix: "Omit the names or --all.",
    });
}

/** The state in the file of `--state`. */
export function readStateFile(file: string): JsonText {
  return parseState(`--state ${file}`, readText(file, `--state ${file}`));
}
