/** Any value that JSON can hold. An integer beyond 2^53 is a bigint such as `1234567890123456789n`, because JavaScript rounds numbers. */
export type Json =
  string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object: what Singer calls a config. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * A value that the array names and never holds.
 *
 * It comes from Pulumi config on deployment, and from the environment or `.env` in a local run, and shows in no log,
 * preview or golden file. Made by {@link secret}.
 */
export interface SecretReference {
  /** Name of the secret, such as `warehouse-password`. */
  readonly $secret: string;
}

/**
 * Names a secret in the place where its value belongs.
 *
 * @param name lower-case letters, digits, `-`, `_` and `.`; in a local run `warehouse-password` is read from the
 *   environment variable `WAREHOUSE_PASSWORD`.
 * @example `targetPostgres({ host: "db", user: "etl", password: secret("warehouse-password") })`
 */
export function secret(name: string): SecretReference {
  return { $secret: name };
}

/** Whether a value is what {@link secret} returns. */
export function isSecretReference(value: unknown): value is SecretReference {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as SecretReference).$secret === "string" &&
    Object.keys(value).length === 1
  );
}

type Path = readonly (string | number)[];

/** Where secrets stand in settings, such as `["password"]` or `["streams", 0, "token"]`. */
export function secretPaths(value: Json | undefined): readonly Path[] {
  return secretsIn(value).map(({ path }) => path);
}

/**
 * What the runner gets to know of the secrets in settings: their paths, then again each path with the name of its secret,
 * which errors show. Runners of versions that know paths only find nothing at the latter and ignore them.
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

/** `T` with a {@link secret} allowed in the place of every value, at every depth, and a bigint in the place of a number. */
export type WithSecrets<T> = T extends number
  ? T | bigint | SecretReference
  : T extends string | bigint | boolean | null | undefined
    ? T | SecretReference
    : T extends readonly (infer Item)[]
      ? readonly WithSecrets<Item>[] | SecretReference
      : { readonly [Key in keyof T]: WithSecrets<T[Key]> } | SecretReference;

/** Settings of a connector as the array holds them: `Settings` with secrets allowed for values. */
export type SettingsInput<Settings> = {
  readonly [Key in keyof Settings]: WithSecrets<Settings[Key]>;
};

/** How a setting is read when it comes as text, from the environment or as a secret; all but `string` are parsed as JSON. */
export type SettingType = "string" | "number" | "boolean" | "json";
