import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { UserError } from "../../src/common/errors";
import { parseFlags, runCommand, type Measured } from "./command";
import type { Figure } from "./figure";
import { machineLine } from "./machine";
import { run } from "./measure";
import { benchCreation } from "./stack/creation";
import { benchPreview } from "./stack/preview";
import { benchRegistration } from "./stack/registration";

const USAGE = `usage: npm run bench:stack -- [--pipelines 10,1000] [--rounds 3] [--json]

Measures the Pulumi program with many pipelines on the real engine, against bare registrations of the same resources and
against kubectl. Needs pulumi with its Kubernetes provider, and a cluster of the current context that has Argo's custom
resource definitions; makes namespaces whose names begin with bench-, and removes them. Nothing runs in them.

  --pipelines N,M   numbers of pipelines (default: 10,1000)
  --rounds N        rounds of a comparison (default: 3)
  --json            print the figures as JSON`;

interface Flags {
  readonly pipelines: readonly number[];
  readonly rounds: number;
  readonly json: boolean;
}

async function measure({ pipelines, rounds }: Flags): Promise<Measured> {
  const { context, engine } = await surroundings();
  const machine = [await machineLine(), `pulumi ${engine}`].join("; ");
  const folder = mkdtempSync(`${tmpdir()}/tapctl-bench-stack-`);
  const figures: Figure[] = [];
  try {
    for (const count of pipelines) {
      const scene = { folder: `${folder}/${count}`, context, pipelines: count, rounds };
      figures.push(
        ...(await benchRegistration(scene)),
        ...(await benchCreation(scene)),
        ...(await benchPreview(scene)),
      );
    }
    return { machine, figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks for everything that is needed, and names what is missing. */
async function surroundings(): Promise<{ readonly context: string; readonly engine: string }> {
  const ask = async (command: readonly [string, ...string[]]) =>
    (await run(command).catch(() => ({ stdout: "" }))).stdout.trim();
  const engine = await ask(["pulumi", "version"]);
  const context = await ask(["kubectl", "config", "current-context"]);
  const definitions = await ask([
    "kubectl",
    "get",
    "crd",
    "cronworkflows.argoproj.io",
    "-o",
    "name",
  ]);
  const missing = [
    engine === "" && "pulumi on PATH",
    context === "" && "kubectl on PATH, with a current context",
    definitions === "" &&
      "a cluster with Argo's custom resource definitions, as `npx tapctl up` leaves one",
  ].filter((one) => one !== false);
  if (missing.length > 0)
    throw new UserError(
      [
        "The benchmark of the stack needs what is not here:",
        ...missing.map((one) => `  - ${one}`),
      ].join("\n"),
      1,
    );
  return { context, engine };
}

function readFlags(): Flags | undefined {
  const {
    pipelines = "10,1000",
    rounds = "3",
    json = false,
    help,
  } = parseFlags(USAGE, {
    pipelines: { type: "string" },
    rounds: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (help) return undefined;
  if (!/^[1-9]\d{0,4}(,[1-9]\d{0,4})*$/.test(pipelines))
    throw new UserError(
      `--pipelines ${pipelines}: whole numbers from 1 to 99999, separated by commas`,
    );
  if (!/^[1-9]\d?$/.test(rounds))
    throw new UserError(`--rounds ${rounds}: a whole number from 1 to 99`);
  return { pipelines: pipelines.split(",").map(Number), rounds: Number(rounds), json };
}

void runCommand(USAGE, readFlags, measure);
