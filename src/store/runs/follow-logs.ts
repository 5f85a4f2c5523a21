import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { ObjectStore } from "../object-store";
import { inOrder, loggedRun, logsOf, parseLog, type Log, type LogLine } from "./logs";
import { readSummary } from "./runs";

const POLL_MS = 300;
/** Bytes of a log that are read at once. */
const PART = 4 << 20;
const LINE_FEED = 0x0a;

/**
 * Reports the logs of a run as they are written, until the run has ended.
 *
 * @param run id of the run; undefined for the newest
 * @param signal stops it earlier
 * @throws UserError if the pipeline or the run has no logs
 */
export async function followStoredLogs(
  store: ObjectStore,
  pipeline: string,
  run: string | undefined,
  sources: readonly LogLine["source"][],
  onLine: (line: LogLine) => void,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = await loggedRun(store, pipeline, run);
  const read = addedLines(store);
  for (;;) {
    const isRunning = (await readSummary(store, pipeline, wanted))?.status === "running";
    const logs = await logsOf(store, pipeline, wanted, sources);
    const parts = await Promise.all(logs.map((log) => read(log, !isRunning)));
    inOrder(parts.flatMap(({ lines }) => lines)).forEach(onLine);
    if (signal?.aborted) return;
    if (parts.some(({ isMore }) => isMore)) continue;
    if (!isRunning) return;
    await pause(POLL_MS);
  }
}

/** What was read of a log. */
interface Position {
  readonly bytes: number;
  /** Time of its last line. */
  readonly time: string;
}

/** A part of a log. */
interface Part {
  readonly lines: readonly LogLine[];
  /** Whether more of it can be read at once. */
  readonly isMore: boolean;
}

/** Reads what was added to logs since the last call; an incomplete line only if it is the last. */
function addedLines(store: ObjectStore): (log: Log, isLast: boolean) => Promise<Part> {
  const positions = new Map<string, Position>();
  return async (log, isLast) => {
    const known = positions.get(log.key);
    const { bytes, time } = known && known.bytes <= log.size ? known : { bytes: 0, time: "" };
    if (bytes === log.size) return { lines: [], isMore: false };
    const part = await partOf(store, log.key, bytes, Math.min(log.size, bytes + PART));
    const isMore = bytes + part.length < log.size;
    const end = part.lastIndexOf(LINE_FEED) + 1;
    // A line that is longer than a part is reported in parts.
    const taken = (isLast && !isMore) || (isMore && end === 0) ? part.length : end;
    const lines = parseLog(log, part.subarray(0, taken), time);
    positions.set(log.key, { bytes: bytes + taken, time: lines.at(-1)?.time ?? time });
    return { lines, isMore: isMore && taken > 0 };
  };
}

/** The bytes of an object from one position to another; fewer if it has become shorter. */
async function partOf(store: ObjectStore, key: string, from: number, to: number): Promise<Buffer> {
  const path = store.localPath(key);
  if (path === undefined) return (await store.get(key))?.subarray(from, to) ?? Buffer.alloc(0);
  const file = await open(path);
  try {
    const part = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(part, 0, part.length, from);
    return part.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
