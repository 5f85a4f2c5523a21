import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "../cli/print";
import { UserError } from "../errors";
import { isProcessAlive } from "../processes";
import { askEngine, type Engine } from "./pulumi";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Removes the lock that an update left behind which was killed on this machine: nobody else does, and the engine refuses
 * the next one. Locks of other machines stay, because nobody here can tell whether they run.
 * Source: pulumi v3.259.0, pkg/backend/diy/lock.go.
 *
 * @param project name of the Pulumi project.
 */
export function releaseDeadLock(engine: Engine, project: string): void {
  const { name, backend } = engine;
  const locks = locksOf(backend, project, name);
  if (locks.length === 0 || locks.some((lock) => lock.hostname !== hostname() || isProcessAlive(lock.pid))) return;
  const { ok, error } = askEngine(engine, ["cancel", "--stack", name, "--yes"]);
  if (!ok) throw new UserError(`the stack "${name}" is locked by a process that is gone, and \`pulumi cancel\` has failed: ${error}`, 1);
  print(`An update was cut off (process ${locks.map(({ pid }) => pid).join(", ")}); its lock is removed.`);
}

function locksOf(backend: string, project: string, stack: string): readonly Lock[] {
  if (!backend.startsWith("file://")) return [];
  const root = backend.startsWith("file://~") ? join(homedir(), backend.slice("file://~".length)) : fileURLToPath(backend);
  const folder = join(root, ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((file) => file.endsWith(".json")).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Lock);
}
