import { plural } from "../common/plural";
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import type { ReportData } from "../report/data";
import { contextOf, type CliContext } from "./context";
import { positive } from "./flags";
import { printNote } from "./log-lines";
import { formatBytes, print, printJson } from "../common/print";
import { idleNote } from "../status/status-table";

interface ReportFlags {
  readonly out: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `tapctl report`: a page about all pipelines that needs no server. */
export function addReport(program: Command): void {
  program
    .command("report")
    .summary("write a self-contained HTML report")
    .description("write a self-contained HTML report of the pipelines and their runs")
    .option("--out <file>", "file to write", "report.html")
    .option("--limit <n>", "number of runs per pipeline, newest first", "20")
    .option("--json", "print the data as JSON instead of writing the file")
    .addHelpText("after", "\nExample:\n  $ npx tapctl report --on cluster --out report.html")
    .action(async (flags: ReportFlags, command: Command) => {
      const data = await gather(contextOf(command), positive("--limit", flags.limit));
      if (flags.json) return printJson(data);
      const { reportPage } = await import("../report/page.js");
      const page = reportPage(data);
      write(flags.out, page);
      print(
        `${flags.out}: ${plural(data.pipelines.length, "pipeline")}, ${formatBytes(Buffer.byteLength(page))}`,
      );
    });
}

async function gather(context: CliContext, limit: number): Promise<ReportData> {
  const { gatherLocal, gatherCluster } = await import("../report/gather.js");
  const { entries } = context.project;
  const now = new Date();
  if (context.surroundings.on === "local")
    return gatherLocal(await context.openStore(), entries, limit, now);
  const { clusterFacts } = await import("../cluster/status.js");
  // Both use one connection to the store.
  const store = await context.openStore();
  return gatherCluster(
    store,
    entries,
    await clusterFacts(await context.connect(), () => Promise.resolve(store), entries, {
      onUnread: printNote,
      onIdle: (why) => printNote(idleNote(why, context.commands)),
    }),
    limit,
    now,
  );
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `--out ${file}: cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check that the folder exists and is writable.", exitCode: 1 },
    );
  }
}
