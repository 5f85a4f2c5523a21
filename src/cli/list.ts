import type { Command } from "commander";
import { isReplication, schedulesOf, type PipelineEntry } from "../model/define";
import { describeCron, nextRuns, parseCron } from "../model/cron/cron";
import { contextOf } from "./context";
import { print, printJson, table } from "../common/print";

/** `tapctl list`: the array as a table. */
export function addList(program: Command): void {
  program
    .command("list")
    .description("list the pipelines with their schedules and connectors")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  $ npx tapctl list")
    .action((options: { readonly json?: boolean }, command: Command) => {
      const rows = contextOf(command).project.entries.map((entry) => describe(entry, new Date()));
      if (options.json) return printJson(rows);
      print(
        table(
          ["NAME", "SCHEDULE", "NEXT RUN", "FROM", "TO", "MODE"],
          rows.map((row) => [
            row.name,
            row.words,
            row.next ?? "suspended",
            row.from,
            row.to,
            row.mode,
          ]),
        ),
      );
    });
}

function describe(entry: PipelineEntry, now: Date) {
  const schedules = schedulesOf(entry);
  const timezone = entry.timezone ?? "UTC";
  const connectors = isReplication(entry)
    ? {
        from: entry.tap.connector.name,
        to: entry.target.connector.name,
        mode: entry.mode ?? "artifact",
      }
    : { from: "-", to: entry.image, mode: "job" };
  return {
    name: entry.name,
    ...(entry.description !== undefined && { description: entry.description }),
    ...(entry.owner !== undefined && { owner: entry.owner }),
    schedules,
    timezone,
    words: `${schedules.map(describeCron).join("; ")}${timezone === "UTC" ? "" : ` (${timezone})`}`,
    next: entry.suspend ? null : nextOf(schedules, timezone, now),
    ...connectors,
  };
}

function nextOf(schedules: readonly string[], timezone: string, now: Date): string | null {
  const times = schedules.flatMap((text) => {
    const parsed = parseCron(text);
    return parsed.ok ? nextRuns(parsed.schedule, timezone, now, 1) : [];
  });
  const first = times.sort((a, b) => a.getTime() - b.getTime())[0];
  return first ? first.toISOString().replace(":00.000Z", "Z") : null;
}
