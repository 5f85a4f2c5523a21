import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { print } from "../common/print";
import { UserError } from "../common/errors";
import { isProcessAlive } from "../common/processes";
import { askEngine, type Engine } from "./pulumi";
import { backendFolder } from "./torn-attributes";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly username?: string;
  readonly timestamp?: string;
}

/**
 * Makes sure that no other update of the stack is in progress. The lock of an update that was
 * killed on this machine is removed, which Pulumi does not do. A lock of another machine is kept,
 * because its process cannot be checked from here. Backends other than local folders report a lock
 * when Pulumi starts. Source: pulumi v3.259.0, pkg/backend/diy/lock.go.
 *
 * @throws UserError if another update is in progress.
 */
export function requireUnlocked(engine: Engine): void {
  const { name, project, backend } = engine;
  const locks = locksOf(backend, project, name);
  if (locks.length === 0) return;
  const held = locks.find((lock) => lock.hostname !== hostname() || isProcessAlive(lock.pid));
  if (held)
    throw new UserError(`Another update of the stack "${name}" is in progress: ${holder(held)}.`, {
      fix: `Wait until it ends. If that process no longer exists, remove its lock with: ${engine.commands.onStack("pulumi", "cancel")}`,
      exitCode: 1,
    });
  const { ok, error } = askEngine(engine, ["cancel", "--stack", name, "--yes"]);
  if (!ok)
    throw new UserError(
      `The stack "${name}" is locked by a process that no longer exists, and \`pulumi cancel\` failed: ${error}`,
      { fix: "Fix that error, then run this command again.", exitCode: 1 },
    );
  print(
    `An earlier update was interrupted (process ${locks.map(({ pid }) => pid).join(", ")}); its lock was removed.`,
  );
}

function holder({ pid, hostname: host, username, timestamp }: Lock): string {
  return [
    `process ${pid} on ${host}`,
    ...(username ? [`started by ${username}`] : []),
    ...(timestamp ? [`since ${timestamp}`] : []),
  ].join(", ");
}

function locksOf(backend: string, project: string, stack: string): readonly Lock[] {
  const root = backendFolder(backend);
  if (root === undefined) return [];
  const folder = join(root, ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Lock);
}
