import { isKubernetesSecret, isSecretReference, type SecretReference } from "../connector-settings";
import type { PipelineEntry } from "../define";
import { isFields, quote, type Fields } from "./checks";

/** A reference to a secret in an entry. */
export interface SecretUse {
  /** Name of the secret, such as `warehouse-password`. */
  readonly name: string;

  /**
   * Where the reference is: `tap setting "password"`, `followUps[0] env "TOKEN"`,
   * `notifications.channels[0].webhook`.
   */
  readonly where: string;

  /** The reference. */
  readonly reference: SecretReference;
}

/**
 * Variables that shells set: a secret in one of them would never be reported as missing and have a
 * wrong value.
 */
const TAKEN_VARIABLES = [
  "HOME",
  "HOSTNAME",
  "LANG",
  "LOGNAME",
  "MAIL",
  "PATH",
  "PWD",
  "SHELL",
  "TERM",
  "TMPDIR",
  "USER",
];

/** Every reference to a secret in an entry, defaults of its connectors included. */
export function secretsOf(entry: PipelineEntry): readonly SecretUse[] {
  return secretsIn(entry);
}

/**
 * The environment variable of a secret in a local run: `WAREHOUSE_PASSWORD` for
 * `warehouse-password`.
 */
export function secretVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** {@link secretsOf} for an entry that may be invalid. */
export function secretsIn(entry: unknown): readonly SecretUse[] {
  if (!isFields(entry)) return [];
  const followUps = Array.isArray(entry["followUps"])
    ? (entry["followUps"] as readonly unknown[])
    : [];
  return [
    ...settingSecrets(entry["tap"], "tap"),
    ...settingSecrets(entry["target"], "target"),
    ...(isSecretReference(entry["maskSalt"]) ? [useOf(entry["maskSalt"], "maskSalt")] : []),
    ...envSecrets(entry["env"], "env"),
    ...followUps.flatMap((one, index) =>
      isFields(one) ? envSecrets(one["env"], `followUps[${index}] env`) : [],
    ),
    ...referencesIn(entry["notifications"], "notifications"),
  ];
}

/** The uses whose values come from the stack: not those of existing Kubernetes Secrets. */
export function stackSecrets(uses: readonly SecretUse[]): readonly SecretUse[] {
  return uses.filter(({ reference }) => !isKubernetesSecret(reference));
}

/** Problems with an entry's secrets: their names, and where their values come from. */
export function secretProblems(entry: Fields): readonly string[] {
  const uses = secretsIn(entry);
  const sources = new Map<string, string>();
  return uses.flatMap(({ name, where, reference }) => {
    const source = sourceOf(reference);
    const other = (sources.get(name) ?? source) !== source;
    sources.set(name, sources.get(name) ?? source);
    const problem = nameProblem(name) ?? sourceProblem(reference);
    return [
      ...(problem === undefined ? [] : [`${where}: secret ${quote(name)}: ${problem}`]),
      ...(other ? [`${where}: secret ${quote(name)}: has another source in this entry`] : []),
    ];
  });
}

/** Where a value comes from, as a text that differs for different places. */
export function sourceOf({ kubernetes, externalSecret }: SecretReference): string {
  return JSON.stringify(externalSecret ?? kubernetes ?? null);
}

/** Problems with the Kubernetes Secret that a value comes from. */
function sourceProblem({ kubernetes, externalSecret }: SecretReference): string | undefined {
  if (externalSecret !== undefined) return externalProblem(externalSecret);
  if (kubernetes === undefined) return undefined;
  if (!isFields(kubernetes))
    return `kubernetes must be an object, such as { name: "shop-db", key: "password" }`;
  const { name, key } = kubernetes as Fields;
  if (typeof name !== "string" || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    return "kubernetes.name must be the name of a Secret";
  return typeof key === "string" && /^[-._a-zA-Z0-9]{1,253}$/.test(key)
    ? undefined
    : "kubernetes.key must be a key of the Secret";
}

/** Problems with the store that a value comes from. */
function externalProblem(source: unknown): string | undefined {
  if (!isFields(source))
    return `externalSecret must be an object, such as { store: "vault", key: "shop/db" }`;
  const { store, kind, key, property } = source;
  if (typeof store !== "string" || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(store))
    return "externalSecret.store must be the name of a store";
  if (kind !== undefined && kind !== "ClusterSecretStore" && kind !== "SecretStore")
    return `externalSecret.kind must be "ClusterSecretStore" or "SecretStore"`;
  if (typeof key !== "string" || key === "") return "externalSecret.key must be a key of the store";
  return property === undefined || (typeof property === "string" && property !== "")
    ? undefined
    : "externalSecret.property must be the name of a property";
}

function useOf(reference: SecretReference, where: string): SecretUse {
  return { name: reference.$secret, where, reference };
}

function nameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9._-]*$/.test(name))
    return `must be lowercase letters, digits, "-", "_" and ".", starting with a letter`;
  // Maximum length of a key in a Kubernetes Secret.
  if (name.length > 253) return `it has ${name.length} characters, at most 253 are allowed`;
  const variable = secretVariable(name);
  return TAKEN_VARIABLES.includes(variable)
    ? `its environment variable ${variable} is set by shells\nChoose another name.`
    : undefined;
}

function settingSecrets(use: unknown, kind: string): readonly SecretUse[] {
  if (!isFields(use)) return [];
  const defaults = isFields(use["connector"]) ? use["connector"]["defaults"] : undefined;
  const settings = {
    ...(isFields(defaults) ? defaults : {}),
    ...(isFields(use["settings"]) ? use["settings"] : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) =>
    referencesIn(value, name).map((one) => ({
      ...one,
      where: `${kind} setting ${quote(one.where)}`,
    })),
  );
}

function envSecrets(env: unknown, label: string): readonly SecretUse[] {
  if (!isFields(env)) return [];
  return Object.entries(env).flatMap(([name, value]) =>
    isSecretReference(value) ? [useOf(value, `${label} ${quote(name)}`)] : [],
  );
}

/** Every reference to a secret at any depth of a value; `path` is the path of the value. */
export function referencesIn(
  value: unknown,
  path: string,
  within: readonly unknown[] = [],
): readonly SecretUse[] {
  if (isSecretReference(value)) return [useOf(value, path)];
  if (typeof value !== "object" || value === null || within.includes(value)) return [];
  const inside = [...within, value];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => referencesIn(item, `${path}[${index}]`, inside));
  return Object.entries(value).flatMap(([name, field]) =>
    referencesIn(field, `${path}.${name}`, inside),
  );
}
