import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import type { ReportData } from "../report/data";
import { contextOf, type CliContext } from "./context";
import { positive } from "./flags";
import { load } from "./load";
import { tell } from "./log-lines";
import { formatBytes, print, printJson } from "../common/print";
import { idleNote } from "../status/status-table";

interface ReportFlags {
  readonly out: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `tapctl report`: a page of all pipelines, without any server. */
export function addReport(program: Command): void {
  program
    .command("report")
    .description(
      "write the pipelines and their runs to one HTML file that needs nothing else; open it in any browser, on a phone too",
    )
    .option("--out <file>", "where it is written", "report.html")
    .option("--limit <n>", "how many runs of each pipeline, the newest ones", "20")
    .option("--json", "print the data as JSON, in place of the file")
    .addHelpText("after", "\nExample:\n  $ npx tapctl report --on cluster --out report.html")
    .action(async (flags: ReportFlags, command: Command) => {
      const data = await gather(contextOf(command), positive("--limit", flags.limit));
      if (flags.json) return printJson(data);
      const { reportPage } = load("../report/page") as typeof import("../report/page");
      const page = reportPage(data);
      write(flags.out, page);
      print(
        `${flags.out}: ${data.pipelines.length === 1 ? "1 pipeline" : `${data.pipelines.length} pipelines`}, ${formatBytes(Buffer.byteLength(page))}`,
      );
    });
}

async function gather(context: CliContext, limit: number): Promise<ReportData> {
  const { gatherLocal, gatherCluster } = load(
    "../report/gather",
  ) as typeof import("../report/gather");
  const { entries } = context.project;
  const now = new Date();
  if (context.surroundings.on === "local")
    return gatherLocal(await context.openStore(), entries, limit, now);
  const { clusterFacts } = load("../cluster/status") as typeof import("../cluster/status");
  // One connection to the store for both.
  const store = await context.openStore();
  return gatherCluster(
    store,
    entries,
    await clusterFacts(await context.connect(), () => Promise.resolve(store), entries, {
      onUnread: tell,
      onIdle: (why) => tell(idleNote(why)),
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
      `--out ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
      1,
    );
  }
}
