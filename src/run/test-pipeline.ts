import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { problemOf, UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import { plural } from "../common/plural";
import type { Replication } from "../model/replication";
import { streamRulesOf } from "../model/stream-rules";
import type { ConnectorConfigs } from "./connector-configs";
import { describeStreams } from "./discovered-streams";
import type { Environment } from "./environments/environment";
import { filesBelow } from "./files";
import { catalogStreams, forecast, sentStreams, type ForecastStream } from "./forecast";
import { missing, takeSample, type Sample } from "./sample";
import { validateMessages } from "./singer-validator";
import {
  callTrial,
  descriptionOf,
  discoverStreams,
  harmlessSettings,
  targetFields,
  type Trial,
} from "./trial";
import { openWorkspace, type Workspace } from "./workspace";

/** A step of the test of a pipeline. */
export interface TestStep {
  /** What was tested. */
  readonly name: "settings" | "discovers" | "extracts" | "loads" | "validates";
  /** The connector or the stream that it was tested on. */
  readonly subject: string;
  readonly ok: boolean;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Result, or why the step failed, on one line. */
  readonly detail: string;
}

/** Result of the test of a pipeline. */
export interface TestReport {
  readonly pipeline: string;
  readonly ok: boolean;
  /** Steps in order, up to the first that makes the others impossible. */
  readonly steps: readonly TestStep[];
  /** What a run would replicate; undefined if the tap did not start. */
  readonly forecast?: readonly ForecastStream[];
}

/** What a test needs. */
export interface TestArgs {
  readonly entry: Replication;
  /** Resolves settings and secrets. */
  readonly configs: () => Promise<ConnectorConfigs>;
  readonly environments: () => Promise<{ readonly tap: Environment; readonly target: Environment }>;
  /** The state that a run would start from. */
  readonly state: () => Promise<JsonText | undefined>;
  /** Folder that relative paths in settings refer to. */
  readonly cwd: string;
  /** Records of each stream. */
  readonly records: number;
  /** Timeout of each step in seconds. */
  readonly timeout: number;
}

/**
 * Tests a pipeline with its real source, without writing to its destination and without a state:
 * the tap discovers, sends the first records of each selected stream, and the target loads them into
 * a temporary folder. A target that can only write to its destination is not started: the messages
 * are validated instead.
 */
export async function testPipeline(args: TestArgs): Promise<TestReport> {
  const workspace = openWorkspace();
  const steps: TestStep[] = [];
  try {
    const configs = await step(steps, "settings", args.entry.name, async () => ({
      value: await args.configs(),
      detail: "valid, and every secret is set",
    }));
    if (configs === undefined) return reportOf(args, steps);
    const environments = await args.environments();
    const { tap, target } = args.entry;
    const shared = { cwd: args.cwd, timeout: args.timeout, workspace };
    const tapTrial = {
      ...shared,
      environment: environments.tap,
      connector: tap.connector,
      settings: configs.tap,
    };
    const isDiscovered = await discover(steps, tapTrial, args.entry);
    if (!isDiscovered) return reportOf(args, steps);
    const sample = await extract(steps, tapTrial, configs, args);
    const streams = forecast(
      sample.catalog ?? catalogStreams(configs.catalog) ?? sentStreams(sample.lines),
      await args.state(),
      streamRulesOf(args.entry),
    );
    if (sample.lines.length > 0)
      await load(steps, sample, configs, {
        ...shared,
        environment: environments.target,
        connector: target.connector,
        settings: configs.target,
      });
    return reportOf(args, steps, streams);
  } finally {
    workspace.remove();
  }
}

function reportOf(
  { entry }: TestArgs,
  steps: readonly TestStep[],
  streams?: readonly ForecastStream[],
): TestReport {
  return {
    pipeline: entry.name,
    ok: steps.every(({ ok }) => ok),
    steps,
    ...(streams && { forecast: streams }),
  };
}

/** Adds a step with its duration; returns its value, or undefined if the user must fix something. */
async function step<Value>(
  steps: TestStep[],
  name: TestStep["name"],
  subject: string,
  run: () => Promise<{ readonly value: Value; readonly detail: string; readonly ok?: boolean }>,
): Promise<Value | undefined> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const { value, detail, ok = true } = await run();
    steps.push({ name, subject, ok, seconds: seconds(), detail });
    return value;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    steps.push({ name, subject, ok: false, seconds: seconds(), detail: problemOf(error) });
    return undefined;
  }
}

/** Whether the tap can be started at all: it has no catalog, or discovers one. */
async function discover(steps: TestStep[], trial: Trial, entry: Replication): Promise<boolean> {
  if (!descriptionOf(trial.environment).flags.discover) return true;
  const ok = await step(steps, "discovers", trial.connector.name, async () => {
    const found = await discoverStreams(trial);
    if ("problem" in found) return { value: false, ok: false, detail: found.problem };
    const described = describeStreams(found.streams, streamRulesOf(entry));
    return { value: described.ok, ...described };
  });
  return ok === true;
}

async function extract(
  steps: TestStep[],
  trial: Trial,
  configs: ConnectorConfigs,
  { records }: TestArgs,
): Promise<Sample> {
  const begun = performance.now();
  const sample = await takeSample({ trial, configs, records });
  const { name } = trial.connector;
  const seconds = (performance.now() - begun) / 1000;
  const total = [...sample.records.values()].reduce((sum, count) => sum + count, 0);
  const known = sample.catalog ?? catalogStreams(configs.catalog) ?? [];
  const empty = missing(known, new Set(sample.records.keys())).map(({ id }) => id);
  const none = empty.length === 0 ? "" : `; no records of ${empty.join(", ")}`;
  const nothing = sample.lines.length === 0 ? "the tap sent no message" : undefined;
  const problem = sample.problem ?? nothing;
  steps.push({
    name: "extracts",
    subject: name,
    ok: problem === undefined,
    seconds,
    detail:
      problem ??
      `${plural(total, "record")} of ${plural(sample.records.size, "stream")}, at most ${records} of each${none}`,
  });
  return sample;
}

async function load(
  steps: TestStep[],
  sample: Sample,
  configs: ConnectorConfigs,
  trial: Trial,
): Promise<void> {
  const output = join(trial.workspace.directory, "output");
  mkdirSync(output);
  const harmless = harmlessSettings(trial.connector, output);
  if (!harmless) {
    for (const { stream, records, problems } of validateMessages(sample.lines))
      steps.push({
        name: "validates",
        subject: stream ?? "messages",
        ok: problems.length === 0,
        seconds: 0,
        detail:
          problems.length === 0
            ? stream === undefined
              ? "a STATE is valid"
              : `${plural(records, "record")} fit the SCHEMA`
            : problems.join("; "),
      });
    return;
  }
  const contracts = contractsOf(configs.rules, trial.workspace);
  await step(steps, "loads", trial.connector.name, async () => {
    const result = await callTrial(
      trial,
      {
        command: "load",
        ...targetFields(trial, harmless),
        input: sample.file,
        outputDirectory: output,
        ...(contracts !== undefined && { rules: contracts }),
      },
      () => false,
    );
    const records = Object.values(result.records ?? {}).reduce((sum, count) => sum + count, 0);
    const wrote = filesBelow(output).length > 0 || records === 0;
    const failed = result.code === 0 ? undefined : (result.error ?? `failed: ${result.code}`);
    return {
      value: undefined,
      ok: failed === undefined && wrote,
      detail:
        failed ??
        (wrote
          ? `${plural(records, "record")} into a temporary folder`
          : "took the records and wrote no file"),
    };
  });
}

/** The contracts among the options of streams: a sample cannot meet expectations of a whole run. */
function contractsOf(rules: unknown, workspace: Workspace): string | undefined {
  const listed = (rules ?? []) as readonly {
    readonly stream: string;
    readonly contract?: unknown;
  }[];
  const contracts = listed
    .filter(({ contract }) => contract !== undefined)
    .map(({ stream, contract }) => ({ stream, contract }));
  return contracts.length === 0 ? undefined : workspace.writeJson("contracts.json", contracts);
}
