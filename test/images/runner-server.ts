import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";

/** A runner that the server started. */
export interface ServedProcess {
  /** Id of the process; undefined until it has started. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Sends a signal, once the process has started. */
  kill(signal: NodeJS.Signals): boolean;
  /** Exit code, or null after a signal, when the process has ended and its output is closed. */
  readonly closed: Promise<number | null>;
}

/** Starts a runner with `stdin`, or without one if it is null. */
export type StartServed = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin: string | null,
) => ServedProcess;

/**
 * Starts the server of runner-server.py, which ends with this process and does not keep it alive.
 * What it starts are real processes with the sockets that Node, too, uses as standard streams.
 */
export function serveRunners(python: string, runner: string): StartServed {
  const folder = mkdtempSync(join(tmpdir(), "runners-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "streams");
  const connected: ((stream: Socket) => void)[] = [];
  createServer((stream) => connected.shift()?.(stream))
    .listen(path)
    .unref();

  const program = join(__dirname, "runner-server.py");
  const server = spawn(python, ["-I", "-S", "-B", program, runner, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const reports = server.stdout as Socket;
  for (const each of [server, server.stdin as Socket, reports]) each.unref();
  const gone = new Promise<never>((_, fail) =>
    server.on("exit", () => fail(new Error("the server of runners ended"))),
  );
  gone.catch(() => undefined);
  const starting: ((pid: number) => void)[] = [];
  const running = new Map<number, (code: number) => void>();
  createInterface({ input: reports }).on("line", (line) => {
    const report = JSON.parse(line) as number | readonly [number, number];
    if (typeof report === "number") return starting.shift()?.(report);
    const [pid, code] = report;
    running.get(pid)?.(code);
    running.delete(pid);
    if (running.size + starting.length === 0) reports.unref();
  });

  return (args, env, stdin) => {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const early: NodeJS.Signals[] = [];
    let pid: number | undefined;
    let isRunning = true;
    if (stdin !== null)
      connected.push((stream) =>
        stream
          .on("error", () => undefined)
          .resume()
          .end(stdin),
      );
    const outputs = [stdout, stderr].map(
      (output) =>
        new Promise<void>((done) =>
          connected.push((stream) => stream.on("close", done).pipe(output)),
        ),
    );
    const exited = new Promise<number>((done) => {
      starting.push((started) => {
        pid = started;
        running.set(started, done);
        for (const signal of early) process.kill(started, signal);
      });
    });
    void exited.then(() => (isRunning = false));
    reports.ref();
    server.stdin.write(`${JSON.stringify({ argv: args, env, stdin: stdin !== null })}\n`);
    return {
      get pid() {
        return pid;
      },
      stdout,
      stderr,
      kill: (signal) => {
        if (!isRunning) return false;
        return pid === undefined ? early.push(signal) > 0 : process.kill(pid, signal);
      },
      closed: Promise.race([gone, Promise.all([exited, ...outputs])]).then(([code]) =>
        code < 0 ? null : code,
      ),
    };
  };
}
