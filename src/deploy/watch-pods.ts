import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { podProblems, type ClusterEvent, type PodStatus, type Problem } from "./pod-problems";

const INTERVAL_MS = 5_000;

/** Looks at the pods of an update while it runs. */
export interface PodWatch {
  /** What keeps pods from starting now. */
  readonly problems: () => readonly Problem[];
  /** Ends it. */
  readonly stop: () => void;
}

/**
 * Watches the pods of some namespaces and reports what keeps them from starting as soon as two looks in a row see it;
 * a namespace that does not exist yet has none.
 *
 * @param onProblem called once for each problem.
 */
export function watchPods(
  context: string,
  namespaces: readonly string[],
  onProblem: (problem: Problem) => void,
  every = INTERVAL_MS,
): PodWatch {
  const reported = new Set<string>();
  let last: readonly Problem[] = [];
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const found = (
      await Promise.all(namespaces.map((namespace) => problemsIn(context, namespace)))
    ).flat();
    const before = new Set(last.map(({ key }) => key));
    for (const problem of found) {
      if (!before.has(problem.key) || reported.has(problem.key)) continue;
      reported.add(problem.key);
      onProblem(problem);
    }
    last = found;
    isLooking = false;
  };
  const timer = setInterval(() => void look(), every);
  return { problems: () => last, stop: () => clearInterval(timer) };
}

async function problemsIn(context: string, namespace: string): Promise<readonly Problem[]> {
  const list = async <T>(kind: string): Promise<readonly T[]> => {
    try {
      const { stdout } = await promisify(execFile)(
        "kubectl",
        ["--context", context, "-n", namespace, "get", kind, "-o", "json", "--request-timeout=10s"],
        { maxBuffer: 64 * 2 ** 20 },
      );
      return (JSON.parse(stdout) as { readonly items: readonly T[] }).items;
    } catch {
      // What cannot be read now is read at the next look; the engine reports a cluster that stays away.
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
    events.filter(({ lastTimestamp, eventTime }) => isRecent(lastTimestamp ?? eventTime)),
  );
}

/** Events are kept for an hour; those of an update before are not this one's. */
function isRecent(time: string | null | undefined): boolean {
  return typeof time === "string" && Date.now() - Date.parse(time) < 60_000;
}
