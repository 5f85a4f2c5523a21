import pc from "picocolors";
import { UserError } from "../common/errors";
import { print } from "../common/print";

/** Which connector's log is wanted. */
export interface SourceFlags {
  readonly tap?: boolean;
  readonly target?: boolean;
}

/** The sources of the requested logs. Default: both connectors. */
export function wantedSources({ tap, target }: SourceFlags): readonly ("tap" | "target")[] {
  if (tap && target)
    throw new UserError("--tap and --target cannot be used together.", {
      fix: "Omit both to print both logs.",
    });
  return tap ? ["tap"] : target ? ["target"] : ["tap", "target"];
}

/** A log line as printed. */
export function logText({
  time,
  source,
  text,
}: {
  readonly time: string;
  readonly source: string;
  readonly text: string;
}): string {
  return `${time} ${source.padEnd(6)} | ${text}`;
}

/** Prints a log line. */
export function printLog(line: {
  readonly time: string;
  readonly source: string;
  readonly text: string;
}): void {
  print(logText(line));
}

/** Prints a note to standard error, so that it does not mix with the command's output. */
export function printNote(text: string): void {
  process.stderr.write(`${pc.dim(text)}\n`);
}
