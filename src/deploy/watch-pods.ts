import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { podProblems, type ClusterEvent, type PodStatus, type Problem } from "./pod-problems";

const INTERVAL_MS = 5_000;

/** Watches the pods of an update in progress. */
export interface PodWatch {
  /** Problems that currently prevent pods from starting. */
  readonly problems: () => readonly Problem[];
  /** Stops watching. */
  readonly stop: () => void;
}

/**
 * Watches the pods of namespaces and reports problems that persist for two polls. Namespaces that
 * do not exist yet are ignored.
 *
 * @param onProblem called once per problem.
 */
export function watchPods(
  context: string,
  namespaces: readonly string[],
  onProblem: (problem: Problem) => void,
  every = INTERVAL_MS,
): PodWatch {
  const started = Date.now();
  const reported = new Set<string>();
  let last: readonly Problem[] = [];
  let isPolling = false;
  const poll = async (): Promise<void> => {
    if (isPolling) return;
    isPolling = true;
    const found = (
      await Promise.all(namespaces.map((namespace) => problemsIn(context, namespace, started)))
    ).flat();
    const before = new Set(last.map(({ key }) => key));
    for (const problem of found) {
      if (!before.has(problem.key) || reported.has(problem.key)) continue;
      reported.add(problem.key);
      onProblem(problem);
    }
    last = found;
    isPolling = false;
  };
  const timer = setInterval(() => void poll(), every);
  return { problems: () => last, stop: () => clearInterval(timer) };
}

async function problemsIn(
  context: string,
  namespace: string,
  started: number,
): Promise<readonly Problem[]> {
  const list = async <T>(kind: string): Promise<readonly T[]> => {
    try {
      const { stdout } = await promisify(execFile)(
        "kubectl",
        ["--context", context, "-n", namespace, "get", kind, "-o", "json", "--request-timeout=10s"],
        { maxBuffer: 64 * 2 ** 20 },
      );
      return (JSON.parse(stdout) as { readonly items: readonly T[] }).items;
    } catch {
      // Retried at the next poll; Pulumi reports a cluster that stays unreachable.
      return [];
    }
  };
  const [pods, events] = await Promise.all([
    list<PodStatus>("pods"),
    list<
      ClusterEvent & { readonly lastTimestamp?: string | null; readonly eventTime?: string | null }
    >("events"),
  ]);
  return podProblems(
    pods,
    events.filter(({ lastTimestamp, eventTime }) => isCurrent(lastTimestamp ?? eventTime, started)),
  );
}

/**
 * Whether an event is from this update and not over: the cluster keeps events for an hour, and
 * repeats those whose reason persists. Its times are whole seconds.
 */
function isCurrent(time: string | null | undefined, started: number): boolean {
  if (typeof time !== "string") return false;
  const at = Date.parse(time);
  return at > started - 1_000 && Date.now() - at < 60_000;
}
