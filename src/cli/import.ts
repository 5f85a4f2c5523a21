import { plural } from "../common/plural";
import { existsSync, writeFileSync } from "node:fs";
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

/** `tapctl import`: converts a Meltano project to entries of the array. */
export function addImport(program: Command): void {
  program
    .command("import <file>")
    .summary("convert a Meltano project to pipeline entries")
    .description(
      "convert a Meltano project (meltano.yml) to pipeline entries and list what could not be converted; secret values are not copied",
    )
    .option("--out <file>", "write the TypeScript to this file (default: print it)")
    .option(
      "--environment <name>",
      "Meltano environment to use (default: the project's default_environment)",
    )
    .option("--force", "overwrite an existing file")
    .option("--json", "print as JSON: {environment, pipelines, typescript, leftOver}")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl import ../etl/meltano.yml --environment prod --out pipelines/imported.ts",
    )
    .action(async (file: string, flags: ImportFlags) => {
      const { convertMeltano } = await import("../migrate/convert.js");
      const { typescript, ...imported } = convertMeltano(file, flags.environment);
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
        `${flags.out}: ${plural(names.length, "pipeline")}${names.length > 0 ? `: ${names.join(", ")}` : ""}`,
      );
      if (imported.leftOver.length > 0)
        print(
          `not converted, or converted with changes:\n${imported.leftOver.map(line).join("\n")}`,
        );
    });
}

function line({ where, text }: LeftOver): string {
  return `  ${where}: ${text}`;
}

function write(file: string, text: string, force: boolean): void {
  if (!force && existsSync(file))
    throw new UserError(`--out ${file}: the file already exists.`, {
      fix: "Choose another file, or use --force to overwrite it.",
    });
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `--out ${file}: cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check that the folder exists and is writable.", exitCode: 1 },
    );
  }
}
