import { textWith, type TextWithCommands } from "../../common/commands";
import { warn, type Finding } from "./finding";
import type { DoctorFacts, Fact } from "./facts";

/** A check evaluates facts and makes no requests. */
export type Check = (facts: DoctorFacts) => readonly Finding[];

/** Fix for what could not be read from the store. */
export const BUCKET_FIRST = "fix the bucket problem first";

/** Runs a check on a fact, or returns a warning if the fact could not be read. */
export function ifKnown<T>(
  check: string,
  fact: Fact<T>,
  then: (value: T) => readonly Finding[],
  todo: TextWithCommands = "add the rule to your Role, or ask an administrator to run doctor",
): readonly Finding[] {
  if (fact.ok) return then(fact.value);
  return warn(check, (commands) => `not checked: ${textWith(fact.why, commands)}`, todo);
}
