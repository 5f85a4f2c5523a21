import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Whether a process of this machine runs: it exists, is no zombie, and is the one that started then.
 *
 * @param started as {@link processStart} gave it, so that a reused process id is noticed; `""` for any.
 */
export function isProcessAlive(pid: number, started = ""): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const stat = processStat(pid);
  return (
    stat === undefined ||
    (stat.state !== "Z" && stat.state !== "X" && (started === "" || stat.started === started))
  );
}

/** Sends a signal to a process, or to a group by its negative number; one that has ended is not an error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // macOS says EPERM of a group whose processes have ended and were not collected.
    if (!(
      error instanceof Error &&
      "code" in error &&
      (error.code === "ESRCH" || error.code === "EPERM")
    ))
      throw error;
  }
}

/** When a process started, in the system's own unit; `""` where it cannot be told. */
export function processStart(pid: number): string {
  return processStat(pid)?.started ?? "";
}

/**
 * This start of the machine and its process namespace: where two of them are equal, process ids mean the same.
 * Containers of one machine share its boot id but not its process ids.
 */
export function bootId(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** State and start time from `/proc/<pid>/stat` (proc(5), fields 3 and 22); undefined where there is no /proc. */
function processStat(
  pid: number,
): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 2, the command in parentheses, may itself hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
