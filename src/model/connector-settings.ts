/**
 * Any JSON value. An integer beyond 2^53 is a bigint such as `1234567890123456789n`, because
 * JavaScript numbers cannot hold it exactly.
 */
export type Json =
  string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object, such as a Singer config. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * A reference to a secret. The array holds the name, never the value.
 *
 * The value comes from the Pulumi config of the stack on a cluster, and from the environment or
 * `.env` in a local run. It never appears in a log, a preview or a golden file. Created by
 * {@link secret}.
 */
export interface SecretReference {
  /** Name of the secret, such as `warehouse-password`. */
  readonly $secret: string;

  /** Existing Kubernetes Secret with the value. Default: the Pulumi config of the stack. */
  readonly kubernetes?: KubernetesSecretKey;

  /** Where External Secrets Operator gets the value of that Secret from. Default: not by this stack. */
  readonly externalSecret?: ExternalSecretSource;
}

/** A value in a store of External Secrets Operator. */
export type ExternalSecretSource = {
  /** Name of the store. Example: `"vault"`. */
  readonly store: string;

  /** Kind of the store. Default: `ClusterSecretStore`. */
  readonly kind?: "ClusterSecretStore" | "SecretStore";

  /** Key in the store. Example: `"shop/db"`. */
  readonly key: string;

  /** Property of the value, if it is an object. Default: the whole value. Example: `"password"`. */
  readonly property?: string;
};

/** A key of an existing Kubernetes Secret in the namespace of the pipelines. */
export type KubernetesSecretKey = {
  /** Name of the Secret. */
  readonly name: string;

  /** Key in the Secret. */
  readonly key: string;
};

/**
 * References a secret by name.
 *
 * @param name lowercase letters, digits, `-`, `_` and `.`. A local run reads `warehouse-password`
 *   from the environment variable `WAREHOUSE_PASSWORD`.
 * @param source `kubernetes`: a key of an existing Kubernetes Secret. Its value never passes through
 *   Pulumi, and each run reads the current one. Local runs read it through the kubeconfig if the
 *   environment variable is not set. `externalSecret`: a value in a store of External Secrets Operator;
 *   the stack declares an ExternalSecret, and everything else is as with `kubernetes`. Default: the
 *   Pulumi config of the stack.
 * @example `targetPostgres({ host: "db", user: "etl", password: secret("warehouse-password") })`
 * @example
 *   `secret("shop-password", { kubernetes: { name: "shop-db", key: "password" } })`
 * @example
 *   `secret("shop-password", { externalSecret: { store: "vault", key: "shop/db", property: "password" } })`
 */
export function secret(
  name: string,
  source:
    | { readonly kubernetes?: KubernetesSecretKey; readonly externalSecret?: never }
    | { readonly externalSecret: ExternalSecretSource; readonly kubernetes?: never } = {},
): SecretReference {
  const { externalSecret } = source;
  const kubernetes = externalSecret
    ? { name: externalSecretName(name), key: EXTERNAL_KEY }
    : source.kubernetes;
  return {
    $secret: name,
    ...(kubernetes && { kubernetes }),
    ...(externalSecret && { externalSecret }),
  };
}

/** Key of a Secret that External Secrets Operator creates. */
export const EXTERNAL_KEY = "value";

/**
 * Name of the ExternalSecret and the Secret of a secret, such as `shop-password-external`. An array
 * does not have two secrets with the same one, because they would share an environment variable.
 */
export function externalSecretName(name: string): string {
  return `${name.replace(/[^a-z0-9]/g, "-")}-external`;
}

/** Whether a value was returned by {@link secret}. */
export function isSecretReference(value: unknown): value is SecretReference {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as SecretReference).$secret === "string" &&
    Object.keys(value).every((key) => ["$secret", "kubernetes", "externalSecret"].includes(key))
  );
}

/** A reference to a key of an existing Kubernetes Secret. */
export type KubernetesSecretReference = SecretReference & {
  readonly kubernetes: KubernetesSecretKey;
};

/** References to existing Kubernetes Secrets in a connector's settings, each secret once. */
export function kubernetesSecrets(value: Json | undefined): readonly KubernetesSecretReference[] {
  const found = new Map(
    secretsIn(value).flatMap(({ reference }) =>
      isKubernetesSecret(reference) ? [[reference.$secret, reference] as const] : [],
    ),
  );
  return [...found.values()];
}

/** Whether a value is a reference to an existing Kubernetes Secret. */
export function isKubernetesSecret(value: unknown): value is KubernetesSecretReference {
  return isSecretReference(value) && value.kubernetes !== undefined;
}

type Path = readonly (string | number)[];

/**
 * Paths of the secrets in a connector's settings, such as `["password"]` or
 * `["streams", 0, "token"]`.
 */
export function secretPaths(value: Json | undefined): readonly Path[] {
  return secretsIn(value).map(({ path }) => path);
}

/**
 * Tells the runner where the secrets are in the settings: first all paths, then each path again
 * with the name of its secret, which error messages show. Older runners know only paths; an entry
 * with a name matches nothing there and is ignored.
 *
 * @example `[["port"], ["port", { secret: "shop-port" }]]`
 */
export function secretsFile(
  settings: Json | undefined,
): readonly (readonly (string | number | { readonly secret: string })[])[] {
  const found = secretsIn(settings);
  return [
    ...found.map(({ path }) => path),
    ...found.map(({ path, reference }) => [...path, { secret: reference.$secret }]),
  ];
}

function secretsIn(
  value: Json | undefined,
  path: Path = [],
): readonly { readonly path: Path; readonly reference: SecretReference }[] {
  if (isSecretReference(value)) return [{ path, reference: value }];
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) => secretsIn(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => secretsIn(item, [...path, name]));
}

/**
 * `T` with a {@link secret} allowed in place of any value, at any depth, and a bigint in place of a
 * number.
 */
export type WithSecrets<T> = T extends number
  ? T | bigint | SecretReference
  : T extends string | bigint | boolean | null | undefined
    ? T | SecretReference
    : T extends readonly (infer Item)[]
      ? readonly WithSecrets<Item>[] | SecretReference
      : { readonly [Key in keyof T]: WithSecrets<T[Key]> } | SecretReference;

/** Connector settings as written in the array: `Settings` with secrets allowed as values. */
export type SettingsInput<Settings> = {
  readonly [Key in keyof Settings]: WithSecrets<Settings[Key]>;
};

/**
 * How a setting is parsed when it is given as text, by the environment or a secret. Every type
 * except `string` is parsed as JSON.
 */
export type SettingType = "string" | "number" | "boolean" | "json";
