import { Option, type Command } from "commander";
import {
  newBackfill,
  readBackfill,
  runBackfill,
  type Backfill,
  type BackfillWindow,
  type WindowRunner,
} from "../backfill/backfill";
import { checkDay, requireWindow, windowSettings, windowsOf, type Step } from "../backfill/windows";
import type { RunEvent } from "../run/events";
import { runPipeline } from "../run/run";
import { secretsForRuns } from "./local-secrets";
import { createStop } from "../run/stop";
import type { Replication } from "../model/replication";
import { contextOf, type CliContext } from "./context";
import { requireReplication } from "./pipeline";
import { printNote } from "./log-lines";
import { print, printJson, table } from "../common/print";
import { showProgress } from "./progress";
import { handleSignals } from "./signals";
import { watchRun } from "./watch-run";

interface BackfillFlags {
  readonly from: string;
  readonly to: string;
  readonly by: Step;
  readonly saveState?: boolean;
  readonly restart?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tapctl backfill`: replicates part of a source's history, window by window. */
export function addBackfill(program: Command): void {
  program
    .command("backfill <name>")
    .summary("replicate part of a source's history in windows")
    .description(
      "replicate part of a source's history in windows, sequentially, without touching the saved state. To resume a backfill, run the same command again",
    )
    .requiredOption("--from <day>", "first day, e.g. 2026-01-01")
    .requiredOption("--to <day>", "day after the last one, e.g. 2026-04-01")
    .addOption(
      new Option("--by <length>", "length of a window")
        .choices(["day", "week", "month"])
        .default("month"),
    )
    .option(
      "--save-state",
      "save the state of each window as the pipeline's state, like a scheduled run",
    )
    .option("--restart", "run all windows again, including those that succeeded")
    .option("--dry-run", "print the windows and their results without running any")
    .option("--json", "print the finished backfill as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl backfill exchange-rates-classic --from 2026-01-01 --to 2026-04-01 --by month --on cluster",
    )
    .action(async (name: string, flags: BackfillFlags, command: Command) => {
      const context = contextOf(command, "named");
      const entry = await requireReplication(context, name);
      requireWindow(entry);
      const days = { from: checkDay("--from", flags.from), to: checkDay("--to", flags.to) };
      const fresh = newBackfill(
        name,
        days,
        flags.by,
        flags.saveState === true,
        windowsOf(days, flags.by),
      );
      const store = await context.openStore();
      const backfill = flags.restart ? fresh : await readBackfill(store, fresh);
      if (flags.dryRun) return show(backfill, flags);
      const runner =
        context.surroundings.on === "cluster"
          ? await clusterRunner(context, entry, fresh.saveState)
          : localRunner(context, entry, fresh.saveState);
      const code = await runBackfill(store, backfill, runner, (window, index, count) =>
        printNote(
          `${name}: window ${index + 1} of ${count}, ${window.from} to ${window.to}: ${window.status}${window.run === null ? "" : ` (${window.run})`}`,
        ),
      );
      if (code !== undefined) process.exitCode = code;
      show(await readBackfill(store, fresh), flags);
      if (code !== 0) printNote("Run the same command again to resume the backfill.");
    });
}

function show(backfill: Backfill, flags: BackfillFlags): void {
  if (flags.json) return printJson(backfill);
  print(
    table(
      ["FROM", "TO", "RESULT", "RUN"],
      backfill.windows.map(({ from, to, status, run }: BackfillWindow) => [
        from,
        to,
        status,
        run ?? "-",
      ]),
    ),
  );
}

async function clusterRunner(
  context: CliContext,
  entry: Replication,
  saveState: boolean,
): Promise<WindowRunner> {
  const { submit } = await import("../cluster/submit.js");
  const { NO_STATE, tapSettings } = await import("../cluster/requests.js");
  const { outcomeOf } = await import("../cluster/outcome.js");
  const connection = await context.connect();
  return {
    start: async (days) => {
      const parameters = {
        ...NO_STATE,
        saveState: String(saveState),
        ...tapSettings(windowSettings(requireWindow(entry), days)),
        window: `${days.from}/${days.to}`,
      };
      return (
        await submit(connection, entry.name, {
          trigger: "backfill",
          parameters,
          annotations: { "tapctl.dev/window": `${days.from} to ${days.to}` },
        })
      ).metadata.name;
    },
    wait: async (workflow) => {
      const ended = await watchRun(connection, context.commands, {
        pipeline: entry.name,
        workflow,
      });
      return ended && (outcomeOf(ended).code ?? 1);
    },
  };
}

/**
 * A local run ends with the command, so a window that was running when it was killed runs again.
 */
function localRunner(context: CliContext, entry: Replication, saveState: boolean): WindowRunner {
  const { root } = context.project;
  return {
    start: ({ from, to }) => Promise.resolve(`${from}/${to}`),
    wait: async (window) => {
      const [from = "", to = ""] = window.split("/");
      const stop = createStop();
      const progress = showProgress({ output: process.stderr, verbose: false });
      const release = handleSignals(stop, (text) => progress.line(text));
      try {
        const store = await context.openStore();
        const run = {
          root,
          store,
          prepare: context.prepare,
          secrets: await secretsForRuns(root, [entry]),
          stop,
          onEvent: (event: RunEvent) => progress.show(event),
        };
        const summary = await runPipeline(run, entry, {
          tapSettings: windowSettings(requireWindow(entry), { from, to }),
          window: { from, to },
          ignoreState: true,
          saveState,
          trigger: "backfill",
        });
        progress.end();
        return summary.code ?? 1;
      } finally {
        release();
      }
    },
  };
}
