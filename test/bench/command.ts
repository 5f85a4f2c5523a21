import { parseArgs, type ParseArgsConfig } from "node:util";
import { UserError } from "../../src/common/errors";
import { isMet, markdownTable, type Figure } from "./figure";

/** The output of a benchmark command. */
export interface Measured {
  /** What the figures depend on (machine, versions), in one line. */
  readonly machine: string;
  /** Extra JSON between the machine and the figures. Default: nothing. */
  readonly parameters?: { readonly [name: string]: number };
  readonly figures: readonly Figure[];
}

/**
 * Runs a benchmark command: prints its usage, or its figures as a Markdown table or as JSON. A
 * usage error is reported in one line with its exit code.
 *
 * @param readFlags undefined if help is requested.
 */
export async function runCommand<Flags extends { readonly json: boolean }>(
  usage: string,
  readFlags: () => Flags | undefined,
  measure: (flags: Flags) => Promise<Measured>,
): Promise<void> {
  try {
    const flags = readFlags();
    process.stdout.write(
      flags === undefined ? `${usage}\n` : textOf(await measure(flags), flags.json),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

/** The flags of the command line. @throws UserError with the usage if a flag is unknown. */
export function parseFlags<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  usage: string,
  options: Options,
) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

function textOf({ machine, parameters, figures }: Measured, json: boolean): string {
  if (json)
    return `${JSON.stringify({ machine, ...parameters, figures: figures.map((each) => ({ ...each, met: isMet(each) })) }, null, 2)}\n`;
  const missed = figures.filter((each) => !isMet(each)).length;
  return `${machine}\n\n${markdownTable(figures)}\n\n${figures.filter((each) => each.target).length - missed} figures met, ${missed} not met.\n`;
}
