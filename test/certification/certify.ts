import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { print } from "../../src/common/print";
import { runProgram } from "../../src/common/program";
import { shippedConnectors } from "../../connectors/shipped";
import { UserError } from "../../src/common/errors";
import { startPostgres } from "../../src/run/postgres/postgres";
import { certified, certifyConnector } from "./connectors";
import { surprise } from "./outcome";
import { connectorsPage } from "./page";
import { certificationReport, type CertificationResult } from "./report";

const PAGE = join(__dirname, "..", "..", "docs", "connectors.md");

/** `npm run certify`: runs connectors over the matrix, and writes the page about them if they behave as documented. */
async function main(): Promise<void> {
  const program = new Command("npm run certify --")
    .description(
      "run connectors from their lock files over the whole matrix, compare value by value, and write docs/connectors.md",
    )
    .argument("[names...]", "connectors (default: all that come with the package)")
    .option("--report <file>", "write the outcome as Markdown into this file")
    .exitOverride()
    .addHelpText("after", "\nExample:\n  $ npm run certify -- target-duckdb");
  program.action((names: readonly string[], { report }: { readonly report?: string }) =>
    certify(names, report),
  );
  await runProgram(program);
}

async function certify(names: readonly string[], report?: string): Promise<void> {
  const connectors = shippedConnectors();
  const unknown = names.find((name) => !connectors.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new UserError(`no connector of the package is called "${unknown}"`, {
      fix: `There are: ${connectors.map(({ name }) => name).join(", ")}`,
    });
  const surprises: string[] = [];
  const results: CertificationResult[] = [];
  const postgres = await startPostgres();
  try {
    for (const connector of connectors.filter(
      ({ name }) => names.length === 0 || names.includes(name),
    )) {
      const started = performance.now();
      const cells = await certifyConnector(connector, postgres);
      const found = cells.flatMap((cell) => surprise(connector, cell) ?? []);
      surprises.push(...found);
      results.push({ connector: connector.name, cases: cells.length, unexpected: found });
      print(
        `${connector.name}: ${cells.length} cases, ${found.length === 0 ? "all as documented" : `${found.length} unexpected`}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
      );
    }
  } finally {
    await postgres.stop();
  }
  if (report !== undefined) writeFileSync(report, certificationReport(results));
  if (surprises.length > 0)
    throw new UserError(`${surprises.join("\n")}`, {
      fix: "Fix the connector, or document what it does in limitations of its definition",
      exitCode: 1,
    });
  writeFileSync(PAGE, connectorsPage(certified()));
}

void main();
