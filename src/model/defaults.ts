import type { Bytes, Cpu, Duration } from "./units";

/**
 * Every default that more than one part of the engine needs, each stated once. A setting that only one place reads has
 * its default in its schema (src/settings).
 */
export const DEFAULTS = {
  /** Longest duration of a run, queueing included. */
  deadline: "6h",
  /** Longest time a pod may stay pending. */
  pendingDeadline: "15m",
  /** Longest time a tap or target may neither read nor write. */
  idleTimeout: "30m",
  /** Longest duration of a follow-up. */
  followUpDeadline: "1h",
  /** Retries of a failed step. */
  retries: { limit: 2, delay: "1m", maxDelay: "15m" },
  /** First retry delay of a local run, where a user waits at the terminal. */
  localRetryDelay: "2s",
  /** What a container requests, and the memory that it is limited to. */
  resources: { cpu: 0.1, memory: "512Mi" },
  /** Level of the Pod Security Standards that pods meet. */
  podSecurity: "restricted",
  /** Disk of a pod. */
  scratchSize: "20Gi",
  /** Base image of the connector images; the Dockerfile repeats it for builds by hand, and a test compares the two. */
  baseImage: "python:3.12-slim",
  /** Registry of the connector images. */
  registry: "localhost:5000",
  /**
   * Upper bounds for connectors without constraints: setuptools 81 removed pkg_resources, which old
   * packages import.
   */
  constraints: ["setuptools<81"],
} as const satisfies Defaults;

interface Defaults {
  readonly deadline: Duration;
  readonly pendingDeadline: Duration;
  readonly idleTimeout: Duration;
  readonly followUpDeadline: Duration;
  readonly retries: {
    readonly limit: number;
    readonly delay: Duration;
    readonly maxDelay: Duration;
  };
  readonly localRetryDelay: Duration;
  readonly resources: { readonly cpu: Cpu; readonly memory: Bytes };
  readonly podSecurity: "restricted" | "baseline";
  readonly scratchSize: Bytes;
  readonly baseImage: string;
  readonly registry: string;
  readonly constraints: readonly string[];
}
