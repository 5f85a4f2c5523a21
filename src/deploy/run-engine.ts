import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { textWith } from "../common/commands";
import { print } from "../common/print";
import { eventReader, type EngineEvent } from "./engine-events";
import { externalSecretProblems } from "./external-secrets";
import type { Problem } from "./pod-problems";
import type { Engine } from "./pulumi";
import { watchPods } from "./watch-pods";

const PROGRESS_MS = 15_000;

/** An operation of Pulumi, and what to watch during it. */
export interface EngineRun {
  readonly engine: Engine;
  /** E.g. `["up", "--yes"]`. */
  readonly args: readonly string[];
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespaces whose pods are watched. */
  readonly namespaces: readonly string[];
  /** Namespace with the ExternalSecrets of the array. Default: the array has none. */
  readonly externalSecretsIn?: string | undefined;
}

/** The result of an operation. */
export interface EngineResult {
  readonly code: number;
  /** Why it failed, without duplicates: Pulumi's errors, then problems of pods. */
  readonly reasons: readonly string[];
  /** File with Pulumi's complete output. */
  readonly log: string;
}

/**
 * Runs an operation of Pulumi and shows its changes, each warning once, the operations in progress,
 * and problems of pods as soon as the cluster reports them. Everything else is written to a log.
 */
export async function runAndReport({
  engine,
  args,
  context,
  namespaces,
  externalSecretsIn,
}: EngineRun): Promise<EngineResult> {
  const log = logFile(engine, args);
  const file = createWriteStream(log, { mode: 0o600 });
  const reader = eventReader();
  const readLine = (line: string): void => {
    const { lines, log: logged } = reader.read(parseEvent(line));
    for (const each of logged) file.write(`${new Date().toISOString()} ${each}\n`);
    for (const each of lines) print(each);
  };
  const pods = watchPods(context, namespaces, problemPrinter(engine));
  const progress = setInterval(() => {
    const running = reader.running();
    if (running.length > 0)
      print(
        `  in progress: ${running.slice(0, 5).join(", ")}${running.length > 5 ? ` and ${running.length - 5} more` : ""}`,
      );
  }, PROGRESS_MS);
  try {
    const { code, signal } = await spawnEngine(engine, args, readLine);
    const killed = signal === undefined ? [] : [`Pulumi was killed by ${signal}`];
    const problems =
      code === 0
        ? []
        : [
            ...pods
              .problems()
              .map(({ cause, fix }) => `${cause}\n  ${textWith(fix, engine.commands)}`),
            ...(externalSecretsIn === undefined
              ? []
              : externalSecretProblems(context, externalSecretsIn)),
          ];
    const name = relative(process.cwd(), log);
    if (code === 0)
      print(
        `${reader.repeated() > 0 ? `${reader.repeated()} similar warnings are in the log` : "Log"}: ${name}`,
      );
    return { code, reasons: [...reader.errors(), ...killed, ...problems], log: name };
  } finally {
    clearInterval(progress);
    pods.stop();
    await new Promise((resolve) => file.end(resolve));
  }
}

/** A new file for the complete output of an operation. */
function logFile(engine: Engine, [operation = "pulumi"]: readonly string[]): string {
  const folder = join(engine.root, ".tapctl", "logs");
  mkdirSync(folder, { recursive: true });
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 17);
  return join(folder, `${operation}-${engine.name}-${time}.log`);
}

/** Prints problems of pods; the first one with what to do if a setting is wrong. */
function problemPrinter({ commands }: Engine): (problem: Problem) => void {
  let isHintShown = false;
  return ({ cause, fix }) => {
    const hint = isHintShown
      ? []
      : [
          "  Installations wait ten minutes for their pods. To correct a setting now, press Ctrl-C and run the command again.",
        ];
    print([`  ${cause}`, `    ${textWith(fix, commands)}`, ...hint].join("\n"));
    isHintShown = true;
  };
}

/** How the Pulumi process ended. */
interface EngineEnd {
  readonly code: number;
  /** Signal that terminated it. */
  readonly signal?: NodeJS.Signals;
}

function spawnEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<EngineEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args, "--json", "--non-interactive"], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Ctrl-C also reaches Pulumi, which finishes pending operations and saves the state; this
    // process waits for it.
    const onInterrupt = (): void =>
      print("Stopping after the operations in progress; press Ctrl-C again to stop immediately.");
    const onTerminate = (): void => void child.kill("SIGINT");
    process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", withoutDocuments(onLine));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
      resolve({ code: code ?? 1, ...(signal !== null && { signal }) });
    });
  });
}

/** Keeps only the diagnostics of the preview, which Pulumi writes as one indented JSON document. */
function withoutDocuments(onLine: (line: string) => void): (line: string) => void {
  let document: string[] | undefined;
  return (line) => {
    if (document === undefined && line !== "{") return onLine(line);
    (document ??= []).push(line);
    if (line !== "}") return;
    const { diagnostics = [] } = JSON.parse(document.join("\n")) as {
      readonly diagnostics?: readonly object[];
    };
    document = undefined;
    for (const diagnosticEvent of diagnostics) onLine(JSON.stringify({ diagnosticEvent }));
  };
}

/** Parses a line of output; errors of the command itself are plain text. */
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
