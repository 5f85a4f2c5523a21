import type { PipelineEntry } from "../define";
import { problemsBetween } from "./array";
import { isFields, kindOf, quote } from "./checks";
import { entryProblems } from "./entry";
import { parallelNotes } from "./parallel";
import { InvalidPipelines, problemAt, type Problem } from "./problem";
import { repeatNotes } from "./repeats";
import { memoryNotes } from "./resources";
import { schemaNotes } from "./schema-notes";
import { secretVariable, secretsIn, stackSecrets } from "./secrets";

export { secretsOf, secretVariable, stackSecrets, type SecretUse } from "./secrets";

/** Result of a validation. */
export interface Validation {
  /** Problems that prevent a run, in the order of the array. */
  readonly problems: readonly Problem[];

  /** Secrets that are referenced but not set. */
  readonly missing: readonly Problem[];

  /** Notes that do not prevent a run. */
  readonly notes: readonly Problem[];
}

/** Options of a validation. */
export interface ValidationOptions {
  /**
   * Names of the secrets that are set; others are reported as missing. Default: secrets are not
   * checked.
   */
  readonly secrets?: ReadonlySet<string>;
}

/**
 * Finds every problem in the array. It reads data only: no files, no network, no clock.
 *
 * @param entries the array. It may be anything, because it may come from JavaScript or through a
 *   cast.
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
      [
        ...memoryNotes(entry),
        ...repeatNotes(entry),
        ...parallelNotes(entry),
        ...schemaNotes(entry),
      ].map((text) => problemAt(placeOf(entry, index), text)),
    ),
  };
}

/** The valid and the invalid entries of an array. */
export interface PartlyValid {
  /** Entries without a problem. */
  readonly valid: readonly PipelineEntry[];

  /**
   * Problems of the other entries by name, or by position if they have none, in the order of the
   * array.
   */
  readonly invalid: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Separates the valid entries of an array from those with problems.
 *
 * @throws InvalidPipelines if it is not an array.
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
    [...entryProblems(entry), ...(between[index] ?? [])].map((text) =>
      problemAt(placeOf(entry, index), text),
    ),
  );
}

/**
 * Throws if {@link validatePipelines} finds a problem.
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
  const uses = stackSecrets(secretsIn(entry));
  const names = [...new Set(uses.map((use) => use.name))].filter((name) => !given.has(name));
  return names.map((name) => {
    const places = uses.filter((use) => use.name === name).map((use) => use.where);
    return {
      where: placeOf(entry, index),
      text: `secret ${quote(name)} (${places.join(", ")}) is not set`,
      fix: `Set ${secretVariable(name)} in the environment or in .env.`,
    };
  });
}
