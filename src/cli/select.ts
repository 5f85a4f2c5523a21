import { relative } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { print } from "../common/print";
import { streamRulesOf } from "../model/stream-rules";
import { isSystemStream, type Catalog } from "../run/catalog/catalog";
import { readCatalogFile } from "../run/catalog/catalog-files";
import { isSelected } from "../run/catalog/select-streams";
import { writeStreams } from "../run/catalog/write-streams";
import { findReplication } from "../run/project";
import { contextOf, localOnly } from "./context";
import { chooseStreams } from "./choose-streams";

const EXAMPLES = `
Reads pipelines/catalogs/NAME.catalog.json, which \`tapctl discover NAME\` writes. Type to search, Tab selects,
Enter confirms, Ctrl-C cancels without changes.

Example:
  $ npx tapctl select orders`;

/** `tapctl select`: an interactive list of streams that writes `streams` of a pipeline. */
export function addSelect(program: Command): void {
  program
    .command("select <name>")
    .summary("choose a pipeline's streams from a list")
    .description(
      "choose streams, replication and columns of a pipeline interactively, and write them to its array",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, _flags: object, command: Command) => {
      localOnly(command);
      if (!process.stdin.isTTY || !process.stdout.isTTY)
        throw new UserError("select needs a terminal.", {
          fix: "Edit `streams` in the array by hand, or run the command in a terminal.",
        });
      const context = contextOf(command, "named");
      const { root } = context.project;
      const entry = findReplication(context.project, name);
      const catalog = requireCatalog(root, name);
      const rules = streamRulesOf(entry);
      const choice = await chooseStreams({
        catalog,
        rules,
        selected: catalog.streams.filter((one) => isSelected(rules, one)),
      });
      const written = writeStreams({ root, name, rules, catalog, choice });
      if (written.kind === "written")
        return print(
          written.changed
            ? `Wrote streams of "${name}" to ${relative(root, written.file)}`
            : `The streams of "${name}" are unchanged.`,
        );
      throw new UserError(written.problem, {
        fix: [
          ...(written.remedy === undefined ? [] : [`${written.remedy}, or keep this choice:`]),
          `Paste into the pipeline:\nstreams: ${written.text},`,
        ].join("\n"),
      });
    });
}

function requireCatalog(root: string, name: string): Catalog {
  const catalog = readCatalogFile(root, name);
  if (!catalog)
    throw new UserError(`"${name}" has no stored catalog.`, {
      fix: ({ tapctl }) => `Store one with: ${tapctl(`discover ${name}`)}`,
    });
  const streams = catalog.streams.filter((one) => !isSystemStream(one));
  if (streams.length === 0)
    throw new UserError(`The stored catalog of "${name}" has no streams.`, {
      fix: ({ tapctl }) => `Check the tap's settings, then run: ${tapctl(`discover ${name}`)}`,
    });
  return { ...catalog, streams };
}
