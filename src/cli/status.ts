import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { localFacts } from "../status/local-facts";
import { statusOf, type PipelineStatus } from "../status/pipeline-status";
import type { PipelineFacts } from "../status/facts";
import { contextOf, type CliContext } from "./context";
import { positive } from "./flags";
import { load } from "./load";
import { tell } from "./log-lines";
import { print, printJson } from "../common/print";
import { onePipeline } from "./status-of-one";
import { idleNote, statusTable } from "../status/status-table";

interface StatusFlags {
  readonly watch?: boolean;
  readonly every: string;
  readonly json?: boolean;
}

/** `tapctl status`: how the pipelines are. */
export function addStatus(program: Command): void {
  program
    .command("status [name] [run]")
    .description(
      "show how the pipelines are, late and failing ones first; of one named its last runs, and the steps, error and files of a run, the newest by default",
    )
    .option("--watch", "show it again and again, until Ctrl-C")
    .option("--every <seconds>", "how often with --watch", "5")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl status --on cluster --watch\n  $ npx tapctl status exchange-rates --on cluster",
    )
    .action(
      async (
        name: string | undefined,
        run: string | undefined,
        flags: StatusFlags,
        command: Command,
      ) => {
        if (flags.watch && flags.json)
          throw new UserError("--watch is for people: it does not go with --json");
        const seconds = positive("--every", flags.every);
        const context = contextOf(command);
        if (!flags.watch) return show(context, name, run, flags.json === true);
        await watch(() => screen(context, name, run), seconds);
      },
    );
}

/** Shows a screen again and again. The first has to succeed; after it a look that fails leaves the last screen where it is. */
async function watch(look: () => Promise<string>, seconds: number): Promise<never> {
  let shown = await look();
  let failure: string | undefined;
  for (;;) {
    if (failure === undefined) print(process.stdout.isTTY ? `\x1b[H\x1b[2J${shown}` : `${shown}\n`);
    await pause(seconds * 1000);
    try {
      shown = await look();
      failure = undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Told once, not at every turn, so that the last screen is not pushed away.
      const said = error.message.split(/[;\n]/)[0] ?? "";
      if (said !== failure)
        tell(
          `${new Date().toISOString().slice(11, 19)} UTC: ${said}; trying again every ${seconds} s`,
        );
      failure = said;
    }
  }
}

async function show(
  context: CliContext,
  name: string | undefined,
  run: string | undefined,
  json: boolean,
): Promise<void> {
  if (!json) return print(await screen(context, name, run));
  printJson(
    name === undefined ? await rows(context, tell) : (await onePipeline(context, name, run)).json,
  );
}

async function screen(
  context: CliContext,
  name: string | undefined,
  run: string | undefined,
): Promise<string> {
  if (name !== undefined) return (await onePipeline(context, name, run)).text;
  const notes: string[] = [];
  const table = statusTable(await rows(context, (note) => notes.push(note)));
  return [table, ...notes].join("\n");
}

async function rows(
  context: CliContext,
  note: (text: string) => void,
): Promise<readonly PipelineStatus[]> {
  return statusOf(await facts(context, note), new Date());
}

async function facts(
  context: CliContext,
  note: (text: string) => void,
): Promise<readonly PipelineFacts[]> {
  const { entries } = context.project;
  if (context.surroundings.on === "local") return localFacts(await context.openStore(), entries);
  const { clusterFacts } = load("../cluster/status") as typeof import("../cluster/status");
  return clusterFacts(await context.connect(), context.openStore, entries, {
    onUnread: (why) => note(`not all is known: ${why}`),
    onIdle: (why) => note(idleNote(why)),
  });
}
