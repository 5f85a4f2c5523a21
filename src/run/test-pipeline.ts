import type { JsonText } from "../common/json";
import { plural } from "../common/plural";
import type { Replication } from "../model/replication";
import { streamRulesOf } from "../model/stream-rules";
import type { ConnectorConfigs } from "./connector-configs";
import { describeStreams } from "./discovered-streams";
import type { Environment } from "./environments/environment";
import { catalogStreams, forecast, type ForecastStream, sentStreams } from "./forecast";
import { missing, type Sample, takeSample } from "./sample";
import { testLoad } from "./test-load";
import { step, type TestStep } from "./test-steps";
import { descriptionOf, discoverStreams, type Trial } from "./trial";
import { openWorkspace } from "./workspace";

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
      await testLoad(steps, sample, configs, {
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

/** Whether the tap can be started: it has no catalog, or discovers one. */
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
