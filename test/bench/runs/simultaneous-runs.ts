import { setTimeout as pause } from "node:timers/promises";
import { pipelines as shipped } from "../../../pipelines";
import type { PipelineEntry } from "../../../src/model/define";
import type { Replication } from "../../../src/model/replication";
import { openBucket } from "../../e2e/bucket";
import { kubectl } from "../../e2e/kubernetes";
import { surroundings } from "../../e2e/requirements";
import { withStandIn } from "../../e2e/entries";
import { startSource } from "../../e2e/source";
import { makeStack } from "../../e2e/stack";
import { figure, type Figure } from "../figure";
import { spreadOf, logProgress } from "../measure";
import { controllerUsage } from "./controller";

const NAMESPACE = "pipelines";
/** Between the start of `up` and the minute in which all are due. */
const LEAD_MINUTES = 4;
const LOOK_SECONDS = 20;

/** The part of a Workflow that the figures need; times in milliseconds. */
interface Run {
  readonly phase: string;
  readonly created: number;
  readonly ended: number;
}

/** Many small pipelines that are due in the same minute, from `up` to `destroy`. */
export async function benchSimultaneousRuns(count: number): Promise<readonly Figure[]> {
  const { registry, host, config } = await surroundings();
  const source = await startSource();
  const defaults = { resources: { cpu: 0.02, memory: "256Mi" } };
  // The stack is temporary, so it is safe to save the state only at the end.
  process.env["PULUMI_SKIP_CHECKPOINTS"] = "true";
  const stack = await makeStack({ registry: { address: registry }, defaults, ...config }, {});
  const due = new Date(Math.ceil(Date.now() / 60_000 + LEAD_MINUTES) * 60_000);
  stack.setPipelines(pipelinesDueAt(due, count, `http://${host}:${source.port}`));
  try {
    logProgress(`up, with ${count} pipelines that are due at ${due.toISOString()}`);
    await stack.up();
    if (Date.now() > due.getTime()) throw new Error(`up took longer than ${LEAD_MINUTES} minutes`);
    await pause(due.getTime() - Date.now());
    const before = controllerUsage();
    let peak = before.memory;
    for (;;) {
      await pause(LOOK_SECONDS * 1000);
      const runs = listRuns();
      const now = controllerUsage();
      peak = Math.max(peak, now.memory);
      const ended = runs.filter((run) => !Number.isNaN(run.ended));
      logProgress(
        `${Math.round((Date.now() - due.getTime()) / 1000)} s: ${runs.length} Workflows, ${ended.length} ended, ${ended.filter(({ phase }) => phase !== "Succeeded").length} not well; controller at ${Math.round(now.memory / 1e6)} MB`,
      );
      if (runs.length < count || ended.length < runs.length) continue;
      const seconds = (now.at - before.at) / 1000;
      return figures({
        count,
        due: due.getTime(),
        runs,
        states: await savedStates(count),
        peak,
        cores: (now.cpu - before.cpu) / seconds,
      });
    }
  } finally {
    await stack.destroy();
    stack.close();
    source.stop();
  }
}

interface Outcome {
  readonly count: number;
  readonly due: number;
  readonly runs: readonly Run[];
  readonly states: number;
  readonly peak: number;
  readonly cores: number;
}

function figures({ count, due, runs, states, peak, cores }: Outcome): readonly Figure[] {
  const one = (value: number) => spreadOf([value]);
  const well = runs.filter(({ phase }) => phase === "Succeeded").length;
  const what = `${count} simultaneous runs`;
  return [
    figure({
      what: `${what}: ended well, of those due`,
      unit: "times",
      target: { atLeast: 1 },
      measured: one(well / count),
      detail: `${runs.length} Workflows, ${states} saved states`,
    }),
    figure({
      what: `${what}: from the minute to the Workflow`,
      unit: "s",
      target: { atMost: 60 },
      measured: spreadOf(runs.map(({ created }) => (created - due) / 1000)),
      detail: "",
    }),
    figure({
      what: `${what}: from the minute to the end of a run`,
      unit: "s",
      target: undefined,
      measured: spreadOf(runs.map(({ ended }) => (ended - due) / 1000)),
      detail: "",
    }),
    figure({
      what: `${what}: the controller's processor time, against one core`,
      unit: "times",
      target: { atMost: 1 },
      measured: one(cores),
      detail: "",
    }),
    figure({
      what: `${what}: the controller's memory at its peak`,
      unit: "MB",
      target: { atMost: 1074 },
      measured: one(peak / 1e6),
      detail: "it may have 1 GiB",
    }),
  ];
}

function pipelinesDueAt(due: Date, count: number, url: string): readonly PipelineEntry[] {
  const rates = shipped.find(({ name }) => name === "exchange-rates-classic") as Replication;
  const schedule = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *` as const;
  return Array.from({ length: count }, (_, number) => ({
    ...withStandIn(rates, url),
    name: nameOf(number),
    schedule,
    timezone: "UTC",
  }));
}

const nameOf = (number: number) => `rates-${String(number).padStart(4, "0")}`;

function listRuns(): readonly Run[] {
  const columns =
    "PHASE:.status.phase,CREATED:.metadata.creationTimestamp,ENDED:.status.finishedAt";
  return kubectl([
    "get",
    "workflows",
    "-n",
    NAMESPACE,
    "-l",
    "tapctl.dev/pipeline",
    "--no-headers",
    "-o",
    `custom-columns=${columns}`,
  ])
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/))
    .map(([phase = "", created = "", ended = ""]) => ({
      phase,
      created: Date.parse(created),
      ended: Date.parse(ended),
    }));
}

async function savedStates(count: number): Promise<number> {
  const bucket = await openBucket();
  try {
    const states = await Promise.all(
      Array.from({ length: count }, (_, number) => bucket.state(nameOf(number))),
    );
    return states.filter((state) => state !== undefined).length;
  } finally {
    bucket.close();
  }
}
