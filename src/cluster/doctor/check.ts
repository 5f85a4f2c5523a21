import { warn, type Finding } from "./finding";
import type { DoctorFacts, Looked } from "./facts";

/** A check looks at the facts alone. */
export type Check = (facts: DoctorFacts) => readonly Finding[];

/** What to do where something in the store could not be looked at. */
export const BUCKET_FIRST = "mend first what is said of the bucket";

/** What a check finds in something that was looked for; a warning where it could not be looked at. */
export function look<T>(
  check: string,
  looked: Looked<T>,
  then: (value: T) => readonly Finding[],
  todo = "give yourself the rule, or ask who may",
): readonly Finding[] {
  return looked.ok ? then(looked.value) : warn(check, `not looked at: ${looked.why}`, todo);
}
