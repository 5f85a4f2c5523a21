import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { TextWithCommands } from "../common/commands";
import { UserError } from "../common/errors";
import { referencesIn } from "../model/validation/secrets";
import { secretName } from "./values";

/** Secrets of the stack by name. */
export type Secrets = { readonly [name: string]: pulumi.Output<string> };

/** A setting that names a secret. */
export interface SecretSetting {
  /** Path of the setting, such as `registry.password`. */
  readonly path: string;
  /** Name of the secret. */
  readonly secret: string;
}

/**
 * Returns a secret of the stack.
 *
 * @throws UserError with the command that sets it, if it is not set.
 */
export function requireSecret(secrets: Secrets, name: string): pulumi.Output<string> {
  const value = secrets[name];
  if (value === undefined)
    throw new UserError(`secret "${name}" is not set`, {
      fix: setSecrets([name]),
    });
  return value;
}

/** How to set secrets of the stack that are missing, of which there is at least one. */
export function setSecrets(names: readonly string[]): TextWithCommands {
  const [name = "NAME", ...others] = [...new Set(names)];
  return ({ pulumi }) =>
    others.length === 0
      ? `Set the secret with: ${pulumi(setOf(name))}`
      : `Set each secret with: ${pulumi(setOf("NAME"))}`;
}

function setOf(name: string): string {
  return `config set --secret --path 'tapctl:secrets["${name}"]'`;
}

/** The parts of a Zod schema that lead to its values. */
interface Definition {
  readonly shape?: { readonly [key: string]: z.core.$ZodType };
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly valueType?: z.core.$ZodType;
}

/**
 * Every setting that names a secret, in the order of the schema: those whose schema is `secretName`,
 * and references inside lists.
 */
export function secretSettings(
  schema: z.core.$ZodType,
  value: unknown,
  path = "",
): readonly SecretSetting[] {
  if (schema === secretName) return typeof value === "string" ? [{ path, secret: value }] : [];
  if (Array.isArray(value))
    return referencesIn(value, path).map(({ name, where }) => ({ path: where, secret: name }));
  const { shape, innerType, in: input, out, options, valueType } = schema._zod.def as Definition;
  const branches = [innerType, input, out, ...(options ?? []).filter((one) => accepts(one, value))];
  const fields =
    typeof value === "object" && value !== null
      ? Object.entries(shape ?? valuesOf(valueType, value)).flatMap(([key, field]) =>
          secretSettings(
            field,
            (value as { readonly [key: string]: unknown })[key],
            path === "" ? key : `${path}.${key}`,
          ),
        )
      : [];
  return [
    ...branches.flatMap((one) => (one === undefined ? [] : secretSettings(one, value, path))),
    ...fields,
  ];
}

/** The same schema for each field of a record. */
function valuesOf(
  valueType: z.core.$ZodType | undefined,
  value: object,
): { readonly [key: string]: z.core.$ZodType } {
  return valueType === undefined
    ? {}
    : Object.fromEntries(Object.keys(value).map((key) => [key, valueType]));
}

function accepts(schema: z.core.$ZodType, value: unknown): boolean {
  return (schema as z.ZodType).safeParse(value).success;
}
