import { textWith, type Commands, type TextWithCommands } from "../../common/commands";

/** The result of a check. */
export interface Finding {
  /** The checked subject, e.g. `bucket`. */
  readonly check: string;
  /** `warn`: works now, but may fail later or differs from what is intended. */
  readonly level: "ok" | "warn" | "fail";
  /** What was found. */
  readonly found: TextWithCommands;
  /** What to do; empty if nothing. */
  readonly todo: TextWithCommands;
}

/** A check that passed. */
export function ok(check: string, found: TextWithCommands): readonly Finding[] {
  return [{ check, level: "ok", found, todo: "" }];
}

/** A problem that does not prevent runs yet. */
export function warn(
  check: string,
  found: TextWithCommands,
  todo: TextWithCommands,
): readonly Finding[] {
  return [{ check, level: "warn", found, todo }];
}

/** Something that does not work. */
export function fail(
  check: string,
  found: TextWithCommands,
  todo: TextWithCommands,
): readonly Finding[] {
  return [{ check, level: "fail", found, todo }];
}

/** A finding with its commands, as printed. */
export interface FindingText extends Finding {
  readonly found: string;
  readonly todo: string;
}

/** The finding with the commands of the place that was checked. */
export function findingText(finding: Finding, commands: Commands): FindingText {
  return {
    ...finding,
    found: textWith(finding.found, commands),
    todo: textWith(finding.todo, commands),
  };
}
