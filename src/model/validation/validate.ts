import type { PipelineEntry } from "../define";
import { problemsBetween } from "./array";
import { isFields, kindOf, quote } from "./checks";
import { entryProblems } from "./entry";
import { InvalidPipelines, type Problem } from "./problem";
import { repeatNotes } from "./repeats";
import { memoryNotes } from "./resources";
import { secretVariable, secretsIn } from "./secrets";

export { secretsOf, secretVariable, type SecretUse } from "./secrets";

/** What a validation found. */
export interface Validation {
  /** What must be mended before anything runs, in the order of the array. */
  readonly problems: readonly Problem[];

  /** Secrets that are named and not given. */
  readonly missing: readonly Problem[];

  /** What else is worth knowing and stops nothing. */
  readonly notes: readonly Problem[];
}

/** What a validation may look at beside the array. */
export interface ValidationOptions {
  /** Names of the secrets that are given; each other one is missing. Default: secrets are not looked at. */
  readonly secrets?: ReadonlySet<string>;
}

/**
 * Finds every problem in the array at once. It reads data only: no file, no network, no clock.
 *
 * @param entries the array; it may hold anything, because it may come from JavaScript or through a cast.
 */
export function validatePipelines(entries: unknown, options: ValidationOptions = {}): Validation {
  if (!Array.isArray(entries))
    return {
      problems: [
        {
          where: "pipelines",
          text: `must be a list, as definePipelines([ … ]) returns, not ${kindOf(entries)}`,
        },
      ],
      missing: [],
      notes: [],
    };
  // Array.from, because a hole in a list counts as an entry.
  const all: readonly unknown[] = Array.from(entries as readonly unknown[]);
  const { secrets } = options;
  return {
    problems: problemsByEntry(all).flat(),
    missing: secrets ? all.flatMap((entry, index) => missingSecrets(entry, index, secrets)) : [],
    notes: all.flatMap((entry, index) =>
      [...memoryNotes(entry), ...repeatNotes(entry)].map((text) => ({
        where: placeOf(entry, index),
        text,
      })),
    ),
  };
}

/** An array by what can run of it. */
export interface PartlyValid {
  /** Entries without a problem. */
  readonly valid: readonly PipelineEntry[];

  /** Problems of the others, by their names, in the order of the array; those without a name by their place. */
  readonly invalid: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Separates the entries of an array that have a problem from the others, for what is about some of them only.
 *
 * @throws InvalidPipelines where it is not an array.
 */
export function separateValid(entries: unknown): PartlyValid {
  if (!Array.isArray(entries)) throw new InvalidPipelines(validatePipelines(entries).problems);
  const all: readonly unknown[] = Array.from(entries as readonly unknown[]);
  const invalid = new Map<string, readonly Problem[]>();
  const valid: PipelineEntry[] = [];
  for (const [index, problems] of problemsByEntry(all).entries()) {
    const entry = all[index];
    const name =
      isFields(entry) && typeof entry["name"] === "string" ? entry["name"] : placeOf(entry, index);
    if (problems.length === 0) valid.push(entry as PipelineEntry);
    else invalid.set(name, [...(invalid.get(name) ?? []), ...problems]);
  }
  return { valid, invalid };
}

function problemsByEntry(all: readonly unknown[]): readonly (readonly Problem[])[] {
  const between = problemsBetween(all);
  return all.map((entry, index) =>
    [...entryProblems(entry), ...(between[index] ?? [])].map((text) => ({
      where: placeOf(entry, index),
      text,
    })),
  );
}

/**
 * Refuses an array in which {@link validatePipelines} finds a problem.
 *
 * @throws InvalidPipelines with all problems.
 */
export function assertValid(entries: unknown): asserts entries is readonly PipelineEntry[] {
  const { problems } = validatePipelines(entries);
  if (problems.length > 0) throw new InvalidPipelines(problems);
}

function placeOf(entry: unknown, index: number): string {
  const name = isFields(entry) ? entry["name"] : undefined;
  return typeof name === "string" ? `pipelines[${index}] ${quote(name)}` : `pipelines[${index}]`;
}

function missingSecrets(
  entry: unknown,
  index: number,
  given: ReadonlySet<string>,
): readonly Problem[] {
  const uses = secretsIn(entry);
  const names = [...new Set(uses.map((use) => use.name))].filter((name) => !given.has(name));
  return names.map((name) => {
    const places = uses.filter((use) => use.name === name).map((use) => use.where);
    return {
      where: placeOf(entry, index),
      text: `secret ${quote(name)} (${places.join(", ")}) is not given: set ${secretVariable(name)} in the environment or in .env`,
    };
  });
}
