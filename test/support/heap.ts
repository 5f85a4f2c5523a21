import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Answers each message with the bytes in use, once there is no garbage left. */
const REPORTER = `process.on("message", () => {
  global.gc();
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send(heapUsed + external);
});
process.channel.unref();
`;

/** Flags of a Node.js process whose memory {@link memoryOf} reads; it needs an `ipc` channel. */
export function reportingMemory(folder: string): readonly string[] {
  const file = join(folder, "report-memory.cjs");
  writeFileSync(file, REPORTER);
  return ["--expose-gc", "--require", file];
}

/** Bytes that a process uses after a collection of its garbage. */
export async function memoryOf(child: ChildProcess): Promise<number> {
  const answer = once(child, "message");
  child.send("memory");
  return Number((await answer)[0]);
}
