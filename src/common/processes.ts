import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Whether a process of this machine is running: it exists, is not a zombie, and started at the
 * given time.
 *
 * @param started start time from {@link processStart}, which detects a reused process id; `""` for
 *   any.
 */
export function isProcessAlive(pid: number, started = ""): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const stat = processStat(pid);
  return (
    stat === undefined ||
    (stat.state !== "Z" && stat.state !== "X" && (started === "" || stat.started === started))
  );
}

/**
 * Sends a signal to a process, or to a process group by its negative id. A process that has ended
 * is not an error.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // macOS reports EPERM for a group whose processes have ended but were not collected.
    if (!(
      error instanceof Error &&
      "code" in error &&
      (error.code === "ESRCH" || error.code === "EPERM")
    ))
      throw error;
  }
}

/** Start time of a process in the system's unit; `""` if unknown. */
export function processStart(pid: number): string {
  return processStat(pid)?.started ?? "";
}

/**
 * Identifies this boot of the machine and the process namespace: if it is equal, process ids are
 * comparable. Containers on a machine share the boot id but not the process ids.
 */
export function bootId(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/**
 * State and start time from `/proc/<pid>/stat` (proc(5), fields 3 and 22); undefined without /proc.
 */
function processStat(
  pid: number,
): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 2, the command in parentheses, may contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
