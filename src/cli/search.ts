import type { Command } from "commander";
import { print, printJson, table } from "../common/print";
import { searchConnectors } from "../add/search-index";

/** `tapctl search`: connectors by name, from an index that is part of this package. */
export function addSearch(program: Command): void {
  program
    .command("search <text...>")
    .summary("search for taps and targets")
    .description("search the index of public taps and targets in this package; works offline")
    .option("--json", "print as JSON: {date, connectors}")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx tapctl search postgres\n  $ npx tapctl search target snowflake --json",
    )
    .action((text: readonly string[], { json }: { readonly json?: boolean }) => {
      const { date, connectors } = searchConnectors(text.join(" "));
      if (json) return printJson({ date, connectors });
      if (connectors.length === 0) {
        print(`No connector matches "${text.join(" ")}" in the index of ${date}.`);
        return;
      }
      print(
        table(
          ["NAME", "MAINTAINER", "CERTIFIED", "SOURCE"],
          connectors.map(({ name, maintainer, certified, source }) => [
            name,
            maintainer,
            certified ? "yes" : "",
            source,
          ]),
        ),
      );
      print(`\nIndex of ${date}. Add one with: npx tapctl add SOURCE (git: --from SOURCE@REF)`);
    });
}
