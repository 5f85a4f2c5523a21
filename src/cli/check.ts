import type { Command } from "commander";
import type { Tap, Target } from "../model/connector";
import { readsLog } from "../model/reads-log";
import type { Replication } from "../model/replication";
import { checkConnector, type CheckStep } from "../run/check-connector";
import { slotLimit } from "../run/requests";
import { connectorConfigs, type ConnectorConfig } from "../run/connector-configs";
import { findReplication } from "../run/project";
import { ExitCode } from "../run/runner";
import { secretsForRuns } from "./local-secrets";
import { contextOf, localOnly, type CliContext } from "./context";
import { print, printJson, table } from "../common/print";
import { showProgress } from "./progress";

interface CheckFlags {
  readonly write?: boolean;
  readonly json?: boolean;
}

/** `tapctl check`: tests a pipeline's connectors without replicating its data. */
export function addCheck(program: Command): void {
  program
    .command("check <name>")
    .summary("test a pipeline's connectors")
    .description(
      "install and start a pipeline's connectors, read the tap's catalog or first message, send the target a test record",
    )
    .option(
      "--write",
      "write the test record to the real destination of a database target, in a table named tapctl_check",
    )
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  $ npx tapctl check exchange-rates")
    .action(async (name: string, flags: CheckFlags, command: Command) => {
      localOnly(command);
      const context = contextOf(command, "named");
      const entry = findReplication(context.project, name);
      const { tap, target } = entry;
      const configs = await connectorConfigs(entry, {
        openStore: context.openStore,
        secrets: await secretsForRuns(context.project.root, [entry]),
      });
      const steps = [
        ...(await checkSteps(context, entry, tap, configs.tap, flags)),
        ...(await checkSteps(context, entry, target, configs.target, flags)),
      ];
      if (steps.some(({ ok }) => !ok))
        process.exitCode = steps.some(
          ({ connector, ok }) => !ok && connector === tap.connector.name,
        )
          ? ExitCode.tapFailed
          : ExitCode.targetFailed;
      if (flags.json) return printJson(steps);
      print(
        table(
          ["CONNECTOR", "STEP", "RESULT", "SECONDS", "DETAIL"],
          steps.map((step) => [
            step.connector,
            step.name,
            step.ok ? "ok" : "failed",
            step.seconds.toFixed(1),
            step.detail,
          ]),
        ),
      );
    });
}

async function checkSteps(
  context: CliContext,
  entry: Replication,
  use: Tap | Target,
  settings: ConnectorConfig,
  flags: CheckFlags,
): Promise<readonly (CheckStep & { readonly connector: string })[]> {
  const { name: pipeline, streams } = entry;
  const { root } = context.project;
  const progress = showProgress({ output: process.stderr, verbose: false });
  const environment = await context.prepare(use.connector, (event) =>
    flags.json ? undefined : progress.show({ event: "environment", pipeline, ...event }),
  );
  progress.end();
  const { steps } = await checkConnector(environment, use.connector, {
    settings,
    cwd: root,
    ...(streams && { streams }),
    readsLog: use === entry.tap && readsLog(entry),
    ...slotLimit(entry),
    write: flags.write === true,
  });
  return steps.map((step) => ({ connector: use.connector.name, ...step }));
}
