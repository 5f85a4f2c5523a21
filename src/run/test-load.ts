import { mkdirSync } from "node:fs";
import { join } from "path/posix";
import { plural } from "../common/plural";
import type { ConnectorConfigs } from "./connector-configs";
import { filesBelow } from "./files";
import type { Sample } from "./sample";
import { validateMessages } from "./singer-validator";
import { step, type TestStep } from "./test-steps";
import { callTrial, harmlessSettings, targetFields, type Trial } from "./trial";
import type { Workspace } from "./workspace";

export async function testLoad(
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
