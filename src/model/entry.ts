import type { SecretReference } from "./connector-settings";
import type { Cron, TimeZone } from "./schedule";
import type { Bytes, Cpu, Duration } from "./units";

/** What one container may use. */
export interface Resources {
  /** Cores that are reserved. Default: `0.1`. Example: `"250m"`. */
  readonly cpu?: Cpu;

  /** Cores that are never exceeded. Default: no limit. */
  readonly cpuLimit?: Cpu;

  /**
   * Memory that is reserved and never exceeded: over it the container is killed. Default: `512Mi`. Plan eight times
   * the largest record for targets built on the Singer SDK; connectors in Python take 30 to 90 MiB before they move
   * anything. Example: `"1Gi"`.
   */
  readonly memory?: Bytes;
}

/** How often and how patiently a failed step is tried again. Each step (extract, load, follow-up) counts for itself. */
export interface Retries {
  /** Tries after the first one, 0 to 10. Default: 2. */
  readonly limit?: number;

  /** Pause before the first of them; it doubles from one to the next. Default: `1m` (in a local run `2s`). */
  readonly delay?: Duration;

  /** Longest pause. Default: `15m`. */
  readonly maxDelay?: Duration;
}

/** What a run's events are called where a chat channel or webhook is told of them. */
export type NotificationEvent = "started" | "succeeded" | "failed" | "recovered";

/** Who is told of a run, on the cluster. A local run tells whoever started it, on screen. */
export interface Notifications {
  /** Events to tell of. Default: `["failed", "recovered"]`. Empty: none. */
  readonly on?: readonly NotificationEvent[];

  /** Secret that holds the webhook's URL. Default: the stack's own webhook. Example: `secret("orders-channel")`. */
  readonly webhook?: SecretReference;
}

/** A container that runs to its end: a follow-up of a replication, or the body of a job. */
export interface ContainerArgs {
  /** Image with tag or digest, such as `ghcr.io/dbt-labs/dbt-postgres:1.9.0`. */
  readonly image: string;

  /** Program and arguments, never a shell line; they arrive byte for byte, `$` and `{{` too. Example: `["dbt", "build", "--select", "orders"]`. */
  readonly command: readonly string[];

  /** Environment of the container; a value may be a secret. Default: none. */
  readonly env?: { readonly [name: string]: string | SecretReference };

  /** What it may use. Default: those of {@link Resources}. */
  readonly resources?: Resources;
}

/** What every entry of the array has. */
export interface EntryBase {
  /**
   * Unique name: at most 52 lower-case letters, digits and `-`, beginning and ending with a letter or digit. It names
   * the CronWorkflow, the state and the runs. Example: `"orders-to-warehouse"`.
   */
  readonly name: string;

  /** The name it had before: its saved state is carried over once. Default: none. */
  readonly formerName?: string;

  /** One line for people who read a list or a preview. Default: none. */
  readonly description?: string;

  /** When it starts: one schedule or several. Example: `"0 6 * * *"` or `["0 6 * * MON-FRI", "0 9 * * SAT,SUN"]`. */
  readonly schedule: Cron | readonly Cron[];

  /** Time zone of the schedule. Default: `UTC`. Example: `"Europe/Berlin"`. */
  readonly timezone?: TimeZone;

  /** Whether the schedule is off; runs by hand still work. Default: false. */
  readonly suspend?: boolean;

  /** Longest time that a run may take, waiting for a place included. Default: `6h`. Example: `"90m"`. */
  readonly deadline?: Duration;

  /** How failed steps are tried again. Default: twice. */
  readonly retries?: Retries;

  /** Who is told. Default: the stack's channel, of failures and recoveries. */
  readonly notifications?: Notifications;

  /** Team or person to ask, shown in lists, notifications and labels. Default: none. Example: `"data-platform"`. */
  readonly owner?: string;

  /** Kubernetes labels of everything that belongs to it. Default: none. Example: `{ domain: "sales" }`. */
  readonly labels?: { readonly [name: string]: string };

  /**
   * What happens on the cluster to running Workflows when the entry is taken out of the array: `delete` ends them,
   * `orphan` lets them finish. State and past runs stay either way. Default: `orphan`.
   */
  readonly onRemove?: "delete" | "orphan";

  /**
   * By which role its pods use the object store on AWS: `shared` is that of all pipelines, which reaches what any of
   * them stored; `own` is made for it alone and reaches its own state, runs and configs. Elsewhere it changes nothing.
   * Default: `shared`.
   */
  readonly role?: "shared" | "own";
}
