import { spawn, spawnSync } from "node:child_process";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import type { JsonObject } from "../model/connector-settings";
import type { FollowUp, Replication } from "../model/replication";
import { requireSeconds } from "../model/units";
import type { RunEvents } from "./events";
import { resolveSettings, type SecretLookup } from "./secrets";
import { endedPart, type RunPart } from "./reports";
import type { Stop } from "./stop";

/** What local follow-ups need. */
export interface FollowUpContext {
  /** Id of the run, part of the containers' names. */
  readonly run: string;
  /** Folder with the run's output files, mounted read-only at `/singer/output`. */
  readonly outputs: string;
  readonly secrets: SecretLookup;
  readonly stop: Stop;
  readonly events: RunEvents;
  /** Receives each follow-up when it has ended. */
  readonly parts: RunPart[];
}

/** Time that a container has to stop, as with `docker stop`. */
const CONTAINER_GRACE_MS = 10_000;

/**
 * Checks before a run whether the follow-ups of a pipeline can run on this machine.
 *
 * @throws UserError if there are any and no container engine is available, or if a secret of theirs
 *   is not set.
 */
export function requireFollowUps(entry: Replication, secrets: SecretLookup): void {
  if (!entry.followUps?.length) return;
  for (const followUp of entry.followUps) environmentOf(entry, followUp, secrets);
  if (spawnSync("docker", ["version"], { stdio: "ignore", timeout: 20_000 }).status === 0) return;
  const names = entry.followUps.map(({ name }) => `"${name}"`).join(", ");
  throw new UserError(
    `"${entry.name}": follow-up ${names} needs Docker, and \`docker version\` does not answer.`,
    { fix: "Start Docker, or use --skip-follow-ups." },
  );
}

/**
 * Runs the follow-ups of a pipeline in order.
 *
 * @returns the error of the one that failed, on one line, or null.
 */
export async function runFollowUps(
  entry: Replication,
  context: FollowUpContext,
): Promise<string | null> {
  for (const followUp of entry.followUps ?? []) {
    if (context.stop.count > 0) return `follow-up "${followUp.name}" was not started`;
    context.events.followUp(followUp.name);
    const started = new Date().toISOString();
    const end = await runContainer(
      followUp,
      environmentOf(entry, followUp, context.secrets),
      context,
    );
    const error = end === 0 ? null : typeof end === "number" ? `exited with ${end}` : end;
    context.parts.push(endedPart(`follow-up ${followUp.name}`, started, error));
    if (error !== null) return `follow-up "${followUp.name}" ${error}`;
  }
  return null;
}

/**
 * Arguments of `docker` for a follow-up. Values of environment variables are passed in docker's own
 * environment, because other users of the machine can read arguments.
 */
export function dockerArgs(
  followUp: FollowUp,
  outputs: string,
  container: string,
): readonly string[] {
  const env = Object.keys(followUp.env ?? {}).flatMap((name) => ["--env", name]);
  const [program = "", ...args] = followUp.command;
  return [
    "run",
    "--rm",
    "--init",
    "--name",
    container,
    ...(followUp.runAsUser === undefined ? [] : ["--user", String(followUp.runAsUser)]),
    ...env,
    "--volume",
    `${outputs}:/singer/output:ro`,
    "--entrypoint",
    program,
    followUp.image,
    ...args,
  ];
}

function runContainer(
  followUp: FollowUp,
  env: { readonly [name: string]: string },
  context: FollowUpContext,
): Promise<number | string> {
  const container = `tapctl-${context.run.toLowerCase()}-${followUp.name}`;
  const child = spawn("docker", dockerArgs(followUp, context.outputs, container), {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n").filter((part) => part !== ""))
        context.events.runner({ event: "log", line: `${followUp.name} | ${line}` });
    });
  }
  const deadline = followUp.deadline ?? DEFAULTS.followUpDeadline;
  return new Promise((resolve) => {
    let reason: string | undefined;
    let overtime: NodeJS.Timeout | undefined;
    const kill = () => {
      // A container that ignores SIGTERM outlives the client that started it.
      spawn("docker", ["kill", container], { stdio: "ignore" }).on("error", () => undefined);
      child.kill("SIGKILL");
    };
    const stop = (why: string) => {
      if (reason !== undefined) return kill();
      reason = why;
      child.kill("SIGTERM");
      overtime = setTimeout(kill, CONTAINER_GRACE_MS);
    };
    const timer = setTimeout(
      () => stop(`took longer than ${deadline}`),
      requireSeconds(deadline) * 1000,
    );
    const forget = context.stop.onRequest(() => stop("was interrupted"));
    const end = (result: number | string) => {
      clearTimeout(timer);
      clearTimeout(overtime);
      forget();
      resolve(reason ?? result);
    };
    child.on("error", (error) => end(`does not start: ${error.message}`));
    child.on("exit", (code, signal) => setTimeout(end, 1000, code ?? `ended by ${signal}`).unref());
    child.on("close", (code, signal) => end(code ?? `ended by ${signal}`));
  });
}

function environmentOf(
  entry: Replication,
  followUp: FollowUp,
  secrets: SecretLookup,
): { readonly [name: string]: string } {
  const { config } = resolveSettings(
    `"${entry.name}": follow-up "${followUp.name}"`,
    (followUp.env ?? {}) as JsonObject,
    secrets,
  );
  return config as { readonly [name: string]: string };
}
