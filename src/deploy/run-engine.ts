import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { print } from "../common/print";
import { eventReader, type EngineEvent } from "./engine-events";
import type { Engine } from "./pulumi";
import { watchPods } from "./watch-pods";

const PROGRESS_MS = 15_000;

/** Which operation of the engine, and what to look at meanwhile. */
export interface EngineRun {
  readonly engine: Engine;
  /** Such as `["up", "--yes"]`. */
  readonly args: readonly string[];
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespaces whose pods are looked at. */
  readonly namespaces: readonly string[];
}

/** How an operation of the engine went. */
export interface EngineResult {
  readonly code: number;
  /** Why it failed, each reason once: the engine's errors, then what keeps pods from starting. */
  readonly reasons: readonly string[];
  /** File with all that the engine said. */
  readonly log: string;
}

/**
 * Runs an operation of the engine and shows what changes, each warning once, what is still going on, and why pods do not
 * start as soon as the cluster says it. Everything else goes to a log.
 */
export async function runAndReport({
  engine,
  args,
  context,
  namespaces,
}: EngineRun): Promise<EngineResult> {
  const folder = join(engine.root, ".tapctl", "logs");
  mkdirSync(folder, { recursive: true });
  const log = join(
    folder,
    `${args[0] ?? "pulumi"}-${engine.name}-${new Date().toISOString().replace(/\D/g, "").slice(0, 17)}.log`,
  );
  const file = createWriteStream(log, { mode: 0o600 });
  const reader = eventReader();
  const take = (line: string): void => {
    const { lines, log: logged } = reader.read(parseEvent(line));
    for (const each of logged) file.write(`${new Date().toISOString()} ${each}\n`);
    for (const each of lines) print(each);
  };
  let isTold = false;
  const pods = watchPods(context, namespaces, ({ cause, fix }) => {
    print(
      [
        `  ${cause}`,
        `    ${fix}`,
        ...(isTold
          ? []
          : [
              "  Installations wait ten minutes for their pods. To correct a setting now, stop with Ctrl-C and start again.",
            ]),
      ].join("\n"),
    );
    isTold = true;
  });
  const progress = setInterval(() => {
    const running = reader.running();
    if (running.length > 0)
      print(
        `  still running: ${running.slice(0, 5).join(", ")}${running.length > 5 ? ` and ${running.length - 5} more` : ""}`,
      );
  }, PROGRESS_MS);
  try {
    const { code, signal } = await spawnEngine(engine, args, take);
    const killed = signal === undefined ? [] : [`the engine was killed by ${signal}`];
    const problems =
      code === 0 ? [] : pods.problems().map(({ cause, fix }) => `${cause}\n    ${fix}`);
    const name = relative(process.cwd(), log);
    if (code === 0)
      print(
        `${reader.repeated() > 0 ? `${reader.repeated()} more warnings of the same kinds are in the log` : "Log"}: ${name}`,
      );
    return { code, reasons: [...reader.errors(), ...killed, ...problems], log: name };
  } finally {
    clearInterval(progress);
    pods.stop();
    await new Promise((resolve) => file.end(resolve));
  }
}

/** How the engine's process ended. */
interface EngineEnd {
  readonly code: number;
  /** Signal that ended it. */
  readonly signal?: NodeJS.Signals;
}

function spawnEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
  take: (line: string) => void,
): Promise<EngineEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args, "--json", "--non-interactive"], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Ctrl-C reaches the engine itself, which ends what it has begun and saves the state; this process waits for it.
    const onInterrupt = (): void =>
      print("Stopping once what is running has ended; press Ctrl-C again to stop now.");
    const onTerminate = (): void => void child.kill("SIGINT");
    process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", withoutDocuments(take));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
      resolve({ code: code ?? 1, ...(signal !== null && { signal }) });
    });
  });
}

/** Takes of the preview, which the engine writes as one indented document, the diagnostics alone. */
function withoutDocuments(take: (line: string) => void): (line: string) => void {
  let document: string[] | undefined;
  return (line) => {
    if (document === undefined && line !== "{") return take(line);
    (document ??= []).push(line);
    if (line !== "}") return;
    const { diagnostics = [] } = JSON.parse(document.join("\n")) as {
      readonly diagnostics?: readonly object[];
    };
    document = undefined;
    for (const diagnosticEvent of diagnostics) take(JSON.stringify({ diagnosticEvent }));
  };
}

/** What stands in a line; an error of the command itself comes as text. */
function parseEvent(line: string): EngineEvent {
  const text = { stdoutEvent: { message: line } };
  if (line.startsWith("error: "))
    return { diagnosticEvent: { message: line.slice("error: ".length), severity: "error" } };
  if (!line.startsWith("{")) return text;
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return text;
  }
}
