import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { openFolder } from "../../src/store/folder";
import { writeSummary } from "../../src/store/runs/runs";
import { sampleRun } from "../report/support";
import { CHROMIUM, NO_CHROMIUM } from "../support/chromium";
import { startConsole } from "../support/console-process";
import type { BenchContext } from "./context";
import { figure, type Figure } from "./figure";
import { manyName, writeManyPipelines } from "./many-pipelines";
import { logProgress, spreadOf } from "./measure";

const PIPELINES = 2000;
const RUNS = 20;
const ROUNDS = 5;
const HOUR_MS = 3_600_000;

/** `tapctl ui` of many local pipelines, in a real browser. */
export async function benchConsole({ folder }: BenchContext): Promise<readonly Figure[]> {
  if (CHROMIUM === undefined) {
    logProgress(`console: skipped, ${NO_CHROMIUM}`);
    return [];
  }
  const project = join(folder, "console");
  mkdirSync(project);
  writeManyPipelines(project, PIPELINES);
  logProgress(`console: writing ${PIPELINES * RUNS} runs`);
  for (let number = 0; number < PIPELINES; number += 1)
    for (let age = 0; age < RUNS; age += 1) await writeRun(project, manyName(number), age);
  const begun = performance.now();
  const { child, url, stop } = await startConsole(project);
  const seconds = (performance.now() - begun) / 1000;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(url);
    const paints: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) paints.push(await firstPaint(page, url));
    const updates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      updates.push(await update(page, url, project, round));
    const what = `console of ${PIPELINES} pipelines with ${RUNS} runs each`;
    const of = (name: string, unit: "s" | "MB", atMost: number, values: readonly number[]) =>
      figure({
        what: `${what}, ${name}`,
        unit,
        target: { atMost },
        measured: spreadOf(values),
        detail: "",
      });
    return [
      of("start", "s", 4, [seconds]),
      of("first paint", "s", 1, paints),
      of("update", "s", 1, updates),
      of("memory with a page open", "MB", 150, [memoryOf(child)]),
    ];
  } finally {
    await browser.close();
    await stop();
  }
}

/** Writes a run of a pipeline that started a number of hours ago. */
async function writeRun(project: string, pipeline: string, age: number): Promise<void> {
  const started = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - age * HOUR_MS);
  await writeSummary(
    openFolder(join(project, ".tapctl", "store")),
    sampleRun({
      pipeline,
      started: toTheSecond(started),
      status: "succeeded",
      seconds: 61 + age,
      records: 12_345 + 100 * age,
      error: null,
      seed: age,
    }),
  );
}

/** A time as in the ID of a run. */
function toTheSecond(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

async function firstPaint(page: Page, url: string): Promise<number> {
  await page.goto(new URL("/", url).href);
  await page.getByText("Live.").first().waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  return paint / 1000;
}

/** Time until a page shows a run that has just failed. */
async function update(page: Page, url: string, project: string, round: number): Promise<number> {
  const pipeline = manyName(PIPELINES - 1);
  await page.goto(new URL(`/?find=${pipeline}`, url).href);
  await page.getByText("Live.").first().waitFor();
  const error = `failed in round ${round}`;
  const begun = performance.now();
  await writeSummary(
    openFolder(join(project, ".tapctl", "store")),
    sampleRun({
      pipeline,
      started: toTheSecond(new Date()),
      status: "failed",
      seconds: 1,
      records: 0,
      error,
      seed: round,
    }),
  );
  await page.getByText(error).first().waitFor();
  return (performance.now() - begun) / 1000;
}

/** Resident memory in MB. */
function memoryOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
}
