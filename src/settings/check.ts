import { plural } from "../common/plural";
import type { z } from "zod";
import { UserError, type UserErrorOptions } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { awsProblems } from "./aws-problems";
import { keysAt } from "./keys-at";
import { settingsSchema, type CheckedSettings } from "./schema";

/** Result of a check. */
export interface CheckedValues {
  /** Settings with defaults applied; absent if a value is invalid. */
  readonly settings?: CheckedSettings;
  /** Every problem, as `key: problem`. */
  readonly problems: readonly string[];
}

/** Value of a setting: parsed as JSON if possible, otherwise text. */
export function parseValue(key: string, raw: string): unknown {
  // These are always text: a context may be named 1.
  if (key === "context" || key === "namespace" || key === "certificateAuthority") return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

/**
 * Validates settings, except secrets, and applies defaults.
 *
 * @param values JSON values by key; undefined for a key that is not set.
 */
export function checkValues(values: { readonly [key: string]: unknown }): CheckedValues {
  const given = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => value !== undefined && !isUnset(key, value)),
  );
  const checked = settingsSchema.safeParse(given);
  if (!checked.success)
    return { problems: checked.error.issues.flatMap((issue) => describe(issue)) };
  return {
    settings: checked.data,
    problems: [...awsProblems(checked.data), ...uiProblems(checked.data)],
  };
}

/**
 * The console reads the bucket with the keys in a Secret: an identity of AWS belongs to other pods.
 * Its image is not signed, so a cluster that admits only signed images needs another one.
 */
function uiProblems({ ui, objectStore, images }: CheckedSettings): readonly string[] {
  if (!ui.enabled) return [];
  return [
    ...(objectStore.kind === "aws"
      ? [
          'ui.enabled: is not supported with objectStore kind "aws"; use `npx tapctl ui --on cluster` on your machine',
        ]
      : []),
    ...(images.signing?.admission !== undefined && ui.image === undefined
      ? [
          "ui.image: is required with images.signing.admission, because the stack does not sign the image that it builds for the console",
        ]
      : []),
  ];
}

/**
 * All problems of a configuration as one error.
 *
 * @param options `project`: namespace of the keys; default: `tapctl`.
 */
export function settingsError(
  problems: readonly string[],
  { project = "tapctl", ...options }: UserErrorOptions & { readonly project?: string } = {},
): UserError {
  return new UserError(
    [
      `${plural(problems.length, "problem")} in the configuration of the stack:`,
      ...problems.map((problem) => `${project}:${problem}`),
    ].join("\n"),
    options,
  );
}

/** Pulumi.yaml has an empty object as the default of these; it means not set. */
function isUnset(key: string, value: unknown): boolean {
  return (
    ["objectStore", "aws", "telemetry"].includes(key) &&
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 0
  );
}

/** An issue as lines of `key: problem`. For a union, the issues of the branch that came closest. */
function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((one, other) => deepest(other) - deepest(one))[0] ?? [];
    return closest.flatMap((inner) => describe(inner, path));
  }
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${pathText([...path, key])}: is not a setting${didYouMean(key, keysAt(settingsSchema, path))}`,
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
