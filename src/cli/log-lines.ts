import pc from "picocolors";
import { UserError } from "../common/errors";
import { print } from "../common/print";

/** Which connector's log is wanted. */
export interface SourceFlags {
  readonly tap?: boolean;
  readonly target?: boolean;
}

/** The connectors whose logs are wanted: both, where none is named. */
export function wantedSources({ tap, target }: SourceFlags): readonly ("tap" | "target")[] {
  if (tap && target)
    throw new UserError("--tap and --target exclude each other; leave both out for both logs");
  return tap ? ["tap"] : target ? ["target"] : ["tap", "target"];
}

/** A line of a log as it is printed. */
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

/** Prints a line of a log. */
export function printLog(line: {
  readonly time: string;
  readonly source: string;
  readonly text: string;
}): void {
  print(logText(line));
}

/** Tells of what happens beside the output, where it does not mix with it. */
export function tell(text: string): void {
  process.stderr.write(`${pc.dim(text)}\n`);
}
