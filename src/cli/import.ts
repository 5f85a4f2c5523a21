import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import type { LeftOver } from "../migrate/left-over";
import { print, printJson } from "../common/print";

interface ImportFlags {
  readonly out?: string;
  readonly environment?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `tapctl import`: a Meltano project as entries of the array. */
export function addImport(program: Command): void {
  program
    .command("import <file>")
    .description(
      "write entries of the array for a Meltano project (its meltano.yml), and list what could not be carried over; no value of a secret is copied",
    )
    .option(
      "--out <file>",
      "write the TypeScript there (default: print it, as it would stand in pipelines/)",
    )
    .option(
      "--environment <name>",
      "Meltano environment whose settings count (default: the project's default_environment)",
    )
    .option("--force", "write over a file that is there")
    .option("--json", "print as JSON: {environment, pipelines, typescript, leftOver}")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl import ../etl/meltano.yml --environment prod --out pipelines/imported.ts",
    )
    .action((file: string, flags: ImportFlags) => {
      // Loaded here, because no other verb needs it; by require, because TypeScript is loaded by hooks of that.
      /* eslint-disable @typescript-eslint/no-require-imports */
      const { readMeltano } = require("../migrate/read") as typeof import("../migrate/read");
      const { importProject } = require("../migrate/import") as typeof import("../migrate/import");
      const { typescriptOf } =
        require("../migrate/typescript") as typeof import("../migrate/typescript");
      /* eslint-enable @typescript-eslint/no-require-imports */
      const source = statSync(file, { throwIfNoEntry: false })?.isDirectory()
        ? join(file, "meltano.yml")
        : file;
      const { project, surroundings } = readMeltano(source);
      const imported = importProject(project, surroundings, flags.environment);
      const typescript = typescriptOf(imported, source);
      if (flags.out !== undefined) write(flags.out, typescript, flags.force === true);
      const names = imported.entries.map(({ name }) => name);
      if (flags.json)
        return printJson({
          environment: imported.environment ?? null,
          pipelines: names,
          typescript,
          leftOver: imported.leftOver,
        });
      if (flags.out === undefined) return print(typescript.trimEnd());
      print(
        `${flags.out}: ${names.length === 1 ? "1 pipeline" : `${names.length} pipelines`}${names.length > 0 ? `: ${names.join(", ")}` : ""}`,
      );
      if (imported.leftOver.length > 0)
        print(`not carried over, or not as it was:\n${imported.leftOver.map(line).join("\n")}`);
    });
}

function line({ where, text }: LeftOver): string {
  return `  ${where}: ${text}`;
}

function write(file: string, text: string, force: boolean): void {
  if (!force && existsSync(file))
    throw new UserError(
      `--out ${file}: is there already; choose another file, or --force to write over it`,
    );
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `--out ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
      1,
    );
  }
}
