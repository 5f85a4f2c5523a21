import type { Replication } from "../model/replication";
import type { Lease } from "../store/lease/lease-keeper";
import type { ConnectorConfigs } from "./connector-configs";
import type { Environment } from "./environments/environment";
import type { RunEvents } from "./events";
import type { RunContext, RunOptions } from "./run-options";
import type { Workspace } from "./workspace";

/** A run whose connectors are ready and whose lease is held. */
export interface LeasedRun {
  readonly context: RunContext;
  readonly entry: Replication;
  readonly options: RunOptions;
  readonly events: RunEvents;
  readonly configs: ConnectorConfigs;
  readonly environments: { readonly tap: Environment; readonly target: Environment };
  readonly run: string;
  /** Start time of a monotonic clock: `performance.now()`. */
  readonly begun: number;
  readonly lease: Lease;
  readonly workspace: Workspace;
}

export function startsAfresh({ fullRefresh, ignoreState }: RunOptions): boolean {
  return fullRefresh === true || ignoreState === true;
}
