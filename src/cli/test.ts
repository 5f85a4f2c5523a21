import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { UserError } from "../common/errors";
import { plural } from "../common/plural";
import { JsonText } from "../common/json";
import { describeBookmark } from "../store/runs/run-text";
import { print, printJson, table } from "../common/print";
import type { Replication } from "../model/replication";
import { connectorConfigs } from "../run/connector-configs";
import type { ForecastStream } from "../run/forecast";
import { junitXml } from "../run/junit";
import { findReplication } from "../run/project";
import { ExitCode } from "../run/runner";
import { secretsForRuns } from "./local-secrets";
import { testPipeline, type TestReport } from "../run/test-pipeline";
import { readState } from "../store/state/state";
import { contextOf, localOnly, type CliContext } from "./context";
import { showProgress } from "./progress";

interface TestFlags {
  readonly records: number;
  readonly timeout: number;
  readonly json?: boolean;
  readonly junit?: string;
}

const DEFAULT_RECORDS = 100;
const DEFAULT_TIMEOUT = 120;

const EXAMPLES = `
Nothing is written to the destination, and no state is saved. A target that writes files or a
database file loads into a temporary folder; for others only the tap's messages are validated.

Example:
  $ npx tapctl test orders
  $ npx tapctl test orders --records 10 --junit test-results/orders.xml`;

/** `tapctl test`: tests a pipeline with its real source before it is deployed. */
export function addTest(program: Command): void {
  program
    .command("test <name>")
    .summary("test a pipeline with the first records of its source")
    .description(
      "check settings and secrets, discover with the real credentials, load the first records of each stream into a temporary folder, and show what a run would replicate",
    )
    .option("--records <n>", "records of each stream", positive, DEFAULT_RECORDS)
    .option("--timeout <seconds>", "longest time of each step", positive, DEFAULT_TIMEOUT)
    .option("--json", "print as JSON")
    .option("--junit <file>", "also write a JUnit XML report")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, flags: TestFlags, command: Command) => {
      localOnly(command);
      const context = contextOf(command, "named");
      const report = await test(context, findReplication(context.project, name), flags);
      if (!report.ok) process.exitCode = exitCode(report);
      if (flags.junit !== undefined) writeReport(flags.junit, junitXml(report));
      if (flags.json) return printJson(report);
      printReport(report);
    });
}

async function test(
  context: CliContext,
  entry: Replication,
  { records, timeout, json }: TestFlags,
): Promise<TestReport> {
  const { root } = context.project;
  const progress = showProgress({ output: process.stderr, verbose: false });
  const prepare = ({ connector }: Replication["tap"] | Replication["target"]) =>
    context.prepare(connector, (event) =>
      json ? undefined : progress.show({ event: "environment", pipeline: entry.name, ...event }),
    );
  return testPipeline({
    entry,
    configs: async () =>
      connectorConfigs(entry, {
        openStore: context.openStore,
        secrets: await secretsForRuns(root, [entry]),
      }),
    environments: async () => {
      const tap = await prepare(entry.tap);
      const target = await prepare(entry.target);
      progress.end();
      return { tap, target };
    },
    state: async () =>
      (await readState(await context.openStore(), entry.name, entry.formerName))?.envelope.state,
    cwd: root,
    records,
    timeout,
  });
}

function printReport({ pipeline, ok, steps, forecast }: TestReport): void {
  print(
    table(
      ["STEP", "OF", "RESULT", "SECONDS", "DETAIL"],
      steps.map((step) => [
        step.name,
        step.subject,
        step.ok ? "ok" : "failed",
        step.seconds.toFixed(1),
        step.detail,
      ]),
    ),
  );
  if (forecast) {
    print(`\nA run replicates ${plural(forecast.length, "stream")}:`);
    print(table(["STREAM", "REPLICATION", "KEY", "STARTS FROM"], forecast.map(rowOf)));
  }
  print(ok ? `\n${pipeline}: the test passed` : `\n${pipeline}: the test failed`);
}

function rowOf(one: ForecastStream): readonly string[] {
  const { stream, replication, key, bookmark, lookback } = one;
  const back = lookback === undefined ? "" : ` minus ${lookback}`;
  const start =
    replication === "FULL_TABLE"
      ? "the whole table"
      : bookmark === undefined
        ? "the beginning (no bookmark)"
        : `${describeBookmark(JsonText.parse(bookmark)) ?? bookmark}${back}`;
  return [stream, replication ?? "the tap's default", key ?? "", start];
}

function exitCode({ steps }: TestReport): number {
  const [failed] = steps.filter(({ ok }) => !ok);
  if (failed?.name === "settings") return ExitCode.usage;
  return failed?.name === "loads" ? ExitCode.targetFailed : ExitCode.tapFailed;
}

function writeReport(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `${file}: cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
      { fix: "Choose a file in a folder that you can write to." },
    );
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("Use a whole number, 1 or greater.");
  return value;
}
