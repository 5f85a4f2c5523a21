import type { z } from "zod";
import { UserError } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { awsProblems } from "./aws-problems";
import { keysAt } from "./keys-at";
import { settingsSchema, type CheckedSettings } from "./schema";

/** A configuration that was looked at. */
export interface CheckedValues {
  /** With the defaults put in; absent where a value is not what it must be. */
  readonly settings?: CheckedSettings;
  /** Every problem, as `key: what is wrong`. */
  readonly problems: readonly string[];
}

/** A value as it was set, from the text that Pulumi keeps: JSON where it is some, else text. */
export function parseValue(key: string, raw: string): unknown {
  // The text of these is theirs whatever it looks like: a context may be called 1.
  if (key === "context" || key === "namespace" || key === "certificateAuthority") return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

/**
 * Checks a configuration but for its secrets, and puts the defaults in.
 *
 * @param values by key, as JSON has them; undefined for a key that is not set.
 */
export function checkValues(values: { readonly [key: string]: unknown }): CheckedValues {
  const given = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => value !== undefined && !isUnset(key, value)),
  );
  const checked = settingsSchema.safeParse(given);
  if (!checked.success)
    return { problems: checked.error.issues.flatMap((issue) => describe(issue)) };
  return { settings: checked.data, problems: awsProblems(checked.data) };
}

/** Every problem of a configuration as one error. */
export function settingsError(problems: readonly string[], project = "tapctl"): UserError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new UserError(
    [
      `${count} in the configuration of the stack:`,
      ...problems.map((problem) => `${project}:${problem}`),
    ].join("\n"),
  );
}

/** An object that Pulumi.yaml gives as a default stands for one that nobody set. */
function isUnset(key: string, value: unknown): boolean {
  return (
    (key === "objectStore" || key === "aws") &&
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 0
  );
}

/** An issue as lines of `key: what is wrong`; those of a union are told for the branch that came closest. */
function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((one, other) => deepest(other) - deepest(one))[0] ?? [];
    return closest.flatMap((inner) => describe(inner, path));
  }
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${pathText([...path, key])}: there is no such setting${didYouMean(key, keysAt(settingsSchema, path))}`,
    );
  return [`${pathText(path)}: ${issue.message}`];
}

function deepest(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ path }) => path.length));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}
