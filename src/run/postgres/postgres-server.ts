import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { UserError } from "../../common/errors";
import type { ServerUser } from "./postgres-programs";

/** A server that accepts connections. */
export interface PostgresServer {
  readonly port: number;
  /** Stops the server: connections are closed, data is flushed. */
  stop(): Promise<void>;
}

const READY = "database system is ready to accept connections";
const START_SECONDS = 60;
const STOP_SECONDS = 10;

/**
 * Runs the server until its standard input ends, which happens when this process ends, even if
 * killed. Standard input of a background command is /dev/null, so the watcher reads a copy.
 */
const UNTIL_INPUT_ENDS =
  'exec 3<&0; "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -INT $server) >/dev/null 2>&1 & exec 3<&-; wait $server';

const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "fsync=off",
  "full_page_writes=off",
  "logging_collector=off",
];

/**
 * Starts a server on an existing data directory.
 *
 * @param port port to listen on. Default: a free port; if another process takes it first, another
 *   one.
 * @throws UserError with the server's message.
 */
export async function servePostgres(
  postgres: string,
  data: string,
  port: number | undefined,
  user: ServerUser | undefined,
): Promise<PostgresServer> {
  for (let tries = 1; ; tries += 1) {
    const chosen = port ?? (await freePort());
    const settings = [`port=${chosen}`, ...SETTINGS].flatMap((setting) => ["-c", setting]);
    const child = spawn(
      "/bin/sh",
      ["-c", UNTIL_INPUT_ENDS, "sh", postgres, "-D", data, ...settings],
      {
        cwd: data,
        // In its own process group: Ctrl-C is meant for the run that reads from the server.
        detached: true,
        env: { ...process.env, LC_ALL: "C" },
        stdio: ["pipe", "ignore", "pipe"],
        ...user,
      },
    );
    const problem = await untilReady(child);
    if (problem === undefined) return { port: chosen, stop: () => stop(child) };
    if (
      port !== undefined ||
      tries === 3 ||
      !/could not bind|could not create any TCP/.test(problem)
    ) {
      throw new UserError(`PostgreSQL does not start on port ${chosen}: ${problem}`, {
        fix: "Fix that error, then run this command again.",
        exitCode: 1,
      });
    }
  }
}

/** Resolves to undefined once the server accepts connections, or to the reason why it ended. */
function untilReady(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const printed: string[] = [];
    const timer = setTimeout(() => killGroup(child), START_SECONDS * 1000);
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      resolve(problem);
    };
    if (child.stderr) {
      createInterface({ input: child.stderr }).on("line", (line) => {
        if (/FATAL|DETAIL|could not/.test(line))
          printed.push(line.replace(/^.*?(FATAL|DETAIL|LOG|WARNING):\s*/, ""));
        if (line.includes(READY)) end(undefined);
      });
    }
    child.on("error", (error) => end(error.message));
    child.on("exit", () =>
      end(printed.join("; ") || `it ended within ${START_SECONDS} seconds without a word`),
    );
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  const timer = setTimeout(() => killGroup(child), STOP_SECONDS * 1000);
  await ended;
  clearTimeout(timer);
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
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
