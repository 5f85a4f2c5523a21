import { addAbortSignal, type Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { FOLLOW_UP_ANNOTATION } from "../manifests/argo/names";
import type { LogLine } from "../store/runs/logs";
import { absent, ApiError, isRefusal } from "./api-errors";
import type { Connection } from "./connection";
import type { PodObject } from "./objects";
import { PODS } from "./resources";
import { isAside, stepOf } from "./steps";

/** A container of a connector or another step. */
export interface LoggedContainer {
  readonly pod: string;
  readonly container: string;
  /** Source of lines without a prefix. */
  readonly source: string;
  /** Whether it has started. */
  readonly started: boolean;
}

/** A line of a container with its source: `tap`, `target`, `runner`, or the step's name. */
export interface PodLine extends Omit<LogLine, "source"> {
  readonly source: string;
}

/** How a log is followed. */
export interface LogFollowing {
  /** Stops following. */
  readonly signal: AbortSignal;
  /** Whether the run has ended: until then, reading the log is retried without limit. */
  readonly isOver: () => boolean;
  /** Delay before a log is requested again, in milliseconds. */
  readonly pauseMs: number;
}

/** Maximum number of consecutive failed requests for a log after its run has ended. */
const LAST_TRIES = 60;
/** Number of lines to read when looking for the last one that is not Argo's. */
const TAIL = 20;
/** Log lines of Argo's executor, which runs in each container. */
const ARGO_LINE = /^time=\S+ level=\S+ msg=.* argo=true\b/;
const OWN_CONTAINERS = new Set(["wait", "init", "artifact-gc"]);
const STEP_SOURCES: { readonly [step: string]: string } = {
  extract: "tap",
  load: "target",
  stream: "runner",
};

/** The containers of a Workflow's pods whose logs belong to a run; Argo's own are excluded. */
export function loggedContainers(pods: readonly PodObject[]): readonly LoggedContainer[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    const step = stepOf(metadata.annotations?.["workflows.argoproj.io/node-name"] ?? "").name;
    if (isAside(step)) return [];
    return spec.containers
      .filter(({ name }) => !OWN_CONTAINERS.has(name))
      .map(({ name }) => {
        const state = status?.containerStatuses?.find((one) => one.name === name)?.state;
        return {
          pod: metadata.name,
          container: name,
          source: ["tap", "target"].includes(name)
            ? name
            : (metadata.annotations?.[FOLLOW_UP_ANNOTATION] ?? STEP_SOURCES[step] ?? step),
          started: state?.running !== undefined || state?.terminated !== undefined,
        };
      });
  });
}

/**
 * The lines of a container: those so far, or, with `following`, all until it ends. A lost
 * connection is resumed after the last line, without duplicates.
 *
 * @throws ApiError immediately if access is denied. If the log cannot be read: immediately, or
 *   with `following` after the run has ended.
 */
export async function* podLines(
  connection: Connection,
  { pod, container, source }: LoggedContainer,
  following?: LogFollowing,
): AsyncGenerator<PodLine> {
  let last = "";
  for (let failures = 0; following?.signal.aborted !== true;) {
    try {
      const sinceTime = last === "" ? undefined : last.replace(/\.\d+Z$/, "Z");
      const answer = await connection.stream({
        resource: PODS,
        namespace: connection.namespace,
        name: pod,
        subresource: "log",
        query: {
          container,
          timestamps: "true",
          follow: String(following !== undefined),
          sinceTime,
        },
      });
      for await (const text of linesOf(
        following === undefined ? answer : addAbortSignal(following.signal, answer),
      )) {
        const line = parsePodLine(text, source);
        // The server filters by whole seconds. Timestamps have nanoseconds and equal length, so
        // they compare as text.
        if (line === undefined || line.stamp <= last) continue;
        last = line.stamp;
        failures = 0;
        yield line;
      }
      if (following === undefined || (await hasEnded(connection, pod, container))) return;
    } catch (error) {
      if (following?.signal.aborted) return;
      const status = error instanceof ApiError ? error.status : undefined;
      // 404: the pod is gone. 400: the container has not started.
      if (status === 404 || (status === 400 && following === undefined)) return;
      if (following === undefined || isRefusal(error)) throw error;
      if ((failures += 1) > LAST_TRIES && following.isOver()) throw error;
    }
    await pause(following.pauseMs, undefined, { signal: following.signal }).catch(() => undefined);
  }
}

/**
 * The last line of a container that is not Argo's; undefined if there is none among its last lines.
 *
 * @throws like {@link podLines}.
 */
export async function lastPodLine(
  connection: Connection,
  container: LoggedContainer,
): Promise<PodLine | undefined> {
  return (await recentPodLines(connection, container)).at(-1);
}

/** The last lines of a container that are not Argo's. @throws like {@link podLines}. */
export async function recentPodLines(
  connection: Connection,
  { pod, container, source }: LoggedContainer,
): Promise<readonly PodLine[]> {
  const answer = await connection.stream({
    resource: PODS,
    namespace: connection.namespace,
    name: pod,
    subresource: "log",
    query: { container, timestamps: "true", tailLines: TAIL },
  });
  const lines: PodLine[] = [];
  for await (const text of linesOf(answer)) {
    const line = parsePodLine(text, source);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

/** The lines of a stream; unlike `readline`, it throws if the stream breaks off. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function hasEnded(connection: Connection, pod: string, container: string): Promise<boolean> {
  const found = await connection
    .ask<PodObject>({ resource: PODS, namespace: connection.namespace, name: pod })
    .catch(absent);
  return (
    found?.status?.containerStatuses?.find(({ name }) => name === container)?.state?.running ===
    undefined
  );
}

/**
 * Parses a log line with its timestamp and the source that the runner adds (`tap | text`);
 * undefined for Argo's lines.
 */
export function parsePodLine(
  text: string,
  source: string,
): (PodLine & { readonly stamp: string }) | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z (.*)$/.exec(text);
  if (match === null) return undefined;
  const [, second = "", fraction = "", said = ""] = match;
  if (ARGO_LINE.test(said)) return undefined;
  const by = /^(tap|target|runner) \| (.*)$/.exec(said);
  return {
    stamp: `${second}.${fraction.padEnd(9, "0")}Z`,
    time: `${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`,
    source: by?.[1] ?? source,
    text: by?.[2] ?? said,
  };
}
