import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { UserError } from "./errors";
import { awsProblems } from "./settings/aws-problems";
import { settingKeys, settingsSchema, type CheckedSettings } from "./settings/schema";

/** Secrets by name. */
export type Secrets = { readonly [name: string]: pulumi.Output<string> };

/** All that a stack is told: the one thing that is read from Pulumi's configuration. */
export interface Settings extends Readonly<CheckedSettings> {
  /** Values that the pipelines and these settings name, such as `secrets["shop-password"]`. */
  readonly secrets: Secrets;
}

/**
 * Reads the configuration of the stack.
 *
 * @throws UserError with every problem at once.
 */
export function loadSettings(config = new pulumi.Config()): Settings {
  const values = Object.fromEntries(settingKeys.map((key) => [key, rawValue(config, key)]));
  const secrets = rawValue(config, "secrets");
  return { ...checkSettings(values, secrets, config.name), secrets: wrapSecrets(secrets) };
}

/**
 * Checks a configuration and puts the defaults in.
 *
 * @param values by key, as JSON has them; undefined for a key that is not set.
 * @param secrets the key `secrets`, whose values are looked at no further than that they are text.
 * @param project name of the Pulumi project, before the colon of every key.
 * @throws UserError with every problem at once.
 */
export function checkSettings(values: { readonly [key: string]: unknown }, secrets: unknown, project = "tapctl"): CheckedSettings {
  const given = Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== undefined && !isUnset(key, value)));
  const checked = settingsSchema.safeParse(given);
  const problems = [...(checked.success ? [...awsProblems(checked.data), ...missingSecrets(checked.data, secrets)] : checked.error.issues.flatMap((issue) => describe(issue))), ...secretsProblems(secrets)];
  if (checked.success && problems.length === 0) return checked.data;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new UserError([`${count} in the configuration of the stack:`, ...problems.map((problem) => `${project}:${problem}`)].join("\n"));
}

/** An object that Pulumi.yaml gives as a default stands for one that nobody set. */
function isUnset(key: string, value: unknown): boolean {
  return (key === "objectStore" || key === "aws") && typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A value as it was set: JSON where it is some, else text. */
function rawValue(config: pulumi.Config, key: string): unknown {
  const raw = pulumi.runtime.getConfig(`${config.name}:${key}`);
  if (raw === undefined) return undefined;
  // The text of these is theirs whatever it looks like: a context may be called 1.
  if (key === "context" || key === "namespace" || key === "certificateAuthority") return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

function wrapSecrets(secrets: unknown): Secrets {
  return Object.fromEntries(Object.entries((secrets ?? {}) as { readonly [name: string]: string }).map(([name, value]) => [name, pulumi.secret(value)]));
}

function secretsProblems(secrets: unknown): readonly string[] {
  if (secrets === undefined) return [];
  if (typeof secrets !== "object" || secrets === null || Array.isArray(secrets)) return [`secrets: must be an object of texts, set one by one with: ${setSecretCommand("NAME")}`];
  return Object.entries(secrets).flatMap(([name, value]) => (typeof value === "string" ? [] : [`secrets["${name}"]: must be text; quote a number that is a password`]));
}

/** Secrets that the settings themselves name. */
function missingSecrets({ objectStore, registry, notifications, argo }: CheckedSettings, secrets: unknown): readonly string[] {
  const given = new Set(Object.keys(typeof secrets === "object" && secrets !== null ? secrets : {}));
  const credentials = objectStore.kind === "s3" && objectStore.credentials !== "ambient" ? objectStore.credentials : undefined;
  const named: readonly (readonly [string, string | undefined])[] = [
    ["objectStore.credentials.accessKey", credentials?.accessKey],
    ["objectStore.credentials.secretKey", credentials?.secretKey],
    ["registry.password", registry.password],
    ["notifications.webhook", notifications.webhook],
    ["argo.workflowArchive.password", argo.workflowArchive?.password],
  ];
  return named.flatMap(([where, name]) => (name === undefined || given.has(name) ? [] : [`${where}: secret "${name}" is not set; set it with: ${setSecretCommand(name)}`]));
}

/** The command that sets a secret of the stack: `TAPCTL_PULUMI` is how the engine is called there, as `npm run up` says. */
export function setSecretCommand(name: string): string {
  return `${process.env["TAPCTL_PULUMI"] ?? "pulumi"} config set --secret --path 'secrets["${name}"]'`;
}

/** An issue as lines of `key: what is wrong`; those of a union are told for the branch that came closest. */
function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((one, other) => deepest(other) - deepest(one))[0] ?? [];
    return closest.flatMap((inner) => describe(inner, path));
  }
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${pathText([...path, key])}: there is no such setting`);
  return [`${pathText(path)}: ${issue.message}`];
}

function deepest(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ path }) => path.length));
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}
