import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { localFacts } from "../status/local-facts";
import { statusOf, type PipelineStatus } from "../status/pipeline-status";
import type { PipelineFacts } from "../status/facts";
import { contextOf, type CliContext } from "./context";
import { positive } from "./flags";
import { printNote } from "./log-lines";
import { print, printJson } from "../common/print";
import { onePipeline } from "./status-of-one";
import { idleNote, statusTable } from "../status/status-table";

interface StatusFlags {
  readonly watch?: boolean;
  readonly every: string;
  readonly json?: boolean;
}

/** `tapctl status`: the health of the pipelines. */
export function addStatus(program: Command): void {
  program
    .command("status [name] [run]")
    .summary("show the health of all pipelines, or details of one")
    .description(
      "show the health of all pipelines, problems first; for one pipeline, also its last runs and the steps, error and files of a run (default: the newest)",
    )
    .option("--watch", "refresh until Ctrl-C")
    .option("--every <seconds>", "refresh interval for --watch", "5")
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
          throw new UserError("--watch and --json cannot be used together.", {
            fix: "Omit one of them.",
          });
        const seconds = positive("--every", flags.every);
        const context = contextOf(command);
        if (!flags.watch) return show(context, name, run, flags.json === true);
        await watch(() => screen(context, name, run), seconds);
      },
    );
}

/**
 * Refreshes a screen until Ctrl-C. The first read must succeed; if a later one fails, the last
 * screen stays.
 */
async function watch(render: () => Promise<string>, seconds: number): Promise<never> {
  let shown = await render();
  let failure: string | undefined;
  for (;;) {
    if (failure === undefined) print(process.stdout.isTTY ? `\x1b[H\x1b[2J${shown}` : `${shown}\n`);
    await pause(seconds * 1000);
    try {
      shown = await render();
      failure = undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Printed once instead of every time, so that the last screen does not scroll away.
      const cause = error.message.split(/\.?\n|;/)[0] ?? "";
      if (cause !== failure)
        printNote(
          `${new Date().toISOString().slice(11, 19)} UTC: ${cause}; retrying every ${seconds} s`,
        );
      failure = cause;
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
    name === undefined
      ? await rows(context, printNote)
      : (await onePipeline(context, name, run)).json,
  );
}

async function screen(
  context: CliContext,
  name: string | undefined,
  run: string | undefined,
): Promise<string> {
  if (name !== undefined) return (await onePipeline(context, name, run)).text;
  const notes: string[] = [];
  const table = statusTable(await rows(context, (note) => notes.push(note)), context.commands);
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
  const { clusterFacts } = await import("../cluster/status.js");
  return clusterFacts(await context.connect(), context.openStore, entries, {
    onUnread: (why) => note(`incomplete: ${why}`),
    onIdle: (why) => note(idleNote(why, context.commands)),
  });
}
