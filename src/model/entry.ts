import type { SecretReference } from "./connector-settings";
import type { Notifications } from "./notifications";
import type { Cron, TimeZone } from "./schedule";
import type { Scheduling } from "./scheduling";
import type { Bytes, Cpu, Duration } from "./units";

/** Resources of a container. */
export interface Resources {
  /** Requested CPU cores. Default: `0.1`. Example: `"250m"`. */
  readonly cpu?: Cpu;

  /** Limit of CPU cores. Default: no limit. */
  readonly cpuLimit?: Cpu;

  /**
   * Requested memory, and the memory limit: a container that exceeds it is killed. Default:
   * `512Mi`. Targets built on the Singer SDK need about eight times the size of the largest record;
   * connectors in Python use 30 to 90 MiB before they process any data. Example: `"1Gi"`.
   */
  readonly memory?: Bytes;

  /**
   * Requested space on the node's disk, so that a run starts only where its files fit. Example:
   * `"20Gi"`. Default: none.
   */
  readonly ephemeralStorage?: Bytes;
}

/** Retries of a failed step. Each step (extract, load, follow-up) is retried separately. */
export interface Retries {
  /** Retries after the first attempt, 0 to 10. Default: 2. */
  readonly limit?: number;

  /**
   * Delay before the first retry. It doubles with each retry. Default: `1m` (`2s` in a local run).
   */
  readonly delay?: Duration;

  /** Longest delay between retries. Default: `15m`. */
  readonly maxDelay?: Duration;
}

/** A container that runs to completion: a follow-up of a replication, or a job. */
export interface ContainerArgs {
  /** Image with tag or digest, such as `ghcr.io/dbt-labs/dbt-postgres:1.9.0`. */
  readonly image: string;

  /**
   * Program and arguments, passed unchanged, `$` and `{{` included; no shell is involved. Example:
   * `["dbt", "build", "--select", "orders"]`.
   */
  readonly command: readonly string[];

  /** Environment variables of the container. A value may be a secret. Default: none. */
  readonly env?: { readonly [name: string]: string | SecretReference };

  /** Resources of the container. Default: the defaults of {@link Resources}. */
  readonly resources?: Resources;

  /**
   * User ID that the container runs as. Set it if the image's user is root or has no numeric ID,
   * which the cluster rejects unless `tapctl:podSecurity` is `baseline`. Example: `1000`. Default:
   * the image's user.
   */
  readonly runAsUser?: number;
}

/** Fields that every entry has. */
export interface EntryBase {
  /**
   * Unique name: at most 52 lowercase letters, digits and `-`, starting and ending with a letter or
   * digit. It names the CronWorkflow, the state and the runs. Example: `"orders-to-warehouse"`.
   */
  readonly name: string;

  /** Previous name of the pipeline. Its saved state is copied once. Default: none. */
  readonly formerName?: string;

  /** One-line description, shown in lists and previews. Default: none. */
  readonly description?: string;

  /**
   * Cron schedule, or several. Example: `"0 6 * * *"` or `["0 6 * * MON-FRI", "0 9 * * SAT,SUN"]`.
   */
  readonly schedule: Cron | readonly Cron[];

  /** Time zone of the schedule. Default: `UTC`. Example: `"Europe/Berlin"`. */
  readonly timezone?: TimeZone;

  /** Turns the schedule off. Manual runs still work. Default: false. */
  readonly suspend?: boolean;

  /** Longest duration of a run, including the time in the queue. Example: `"90m"`. Default: `6h`. */
  readonly deadline?: Duration;

  /** Retries of failed steps. Default: two retries. */
  readonly retries?: Retries;

  /** Notifications. Default: failures and recoveries, to the webhook of the stack. */
  readonly notifications?: Notifications;

  /**
   * Team or person responsible, shown in lists, notifications and labels. Example:
   * `"data-platform"`. Default: none.
   */
  readonly owner?: string;

  /**
   * Kubernetes labels of all objects of the pipeline. Example: `{ domain: "sales" }`. Default:
   * none.
   */
  readonly labels?: { readonly [name: string]: string };

  /**
   * What happens to running Workflows when the entry is removed from the array: `delete` ends them,
   * `orphan` lets them finish. State and past runs are kept in both cases. Default: `orphan`.
   */
  readonly onRemove?: "delete" | "orphan";

  /**
   * IAM role that the pods use on AWS: `shared` is the role of all pipelines and can access
   * everything they store; `own` is a role that can access only this pipeline's state, runs and
   * configs. Ignored elsewhere. Default: `shared`.
   */
  readonly role?: "shared" | "own";

  /** Where the pods of runs are placed on the cluster. Default: `tapctl:scheduling` of the stack. */
  readonly scheduling?: Scheduling;
}
