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
}

/**
 * References a secret by name.
 *
 * @param name lowercase letters, digits, `-`, `_` and `.`. A local run reads `warehouse-password`
 *   from the environment variable `WAREHOUSE_PASSWORD`.
 * @example `targetPostgres({ host: "db", user: "etl", password: secret("warehouse-password") })`
 */
export function secret(name: string): SecretReference {
  return { $secret: name };
}

/** Whether a value was returned by {@link secret}. */
export function isSecretReference(value: unknown): value is SecretReference {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as SecretReference).$secret === "string" &&
    Object.keys(value).length === 1
  );
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
    ...found.map(({ path, secret: name }) => [...path, { secret: name }]),
  ];
}

function secretsIn(
  value: Json | undefined,
  path: Path = [],
): readonly { readonly path: Path; readonly secret: string }[] {
  if (isSecretReference(value)) return [{ path, secret: value.$secret }];
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
