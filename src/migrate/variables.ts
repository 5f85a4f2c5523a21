import { secret, type SecretReference } from "../model/connector-settings";
import { secretProblems, secretVariable } from "../model/validation/secrets";

/** Values of variables that are defined in the project's files, by name. */
export type Variables = { readonly [name: string]: string };

/** A string after variable expansion. */
export type Expanded =
  /** All variables are expanded. */
  | { readonly kind: "text"; readonly text: string }
  /** It consists of a single variable, whose value is only in the environment. */
  | { readonly kind: "secret"; readonly secret: SecretReference; readonly variable: string }
  /** It contains such variables and other text. */
  | { readonly kind: "mixed"; readonly variables: readonly string[] };

/** Maximum nesting of variables, which stops cycles. */
const DEEPEST = 8;

/**
 * Meltano only expands names without braces if they are uppercase: `$last_run_date` belongs to the
 * tap.
 */
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Z_][A-Z0-9_]*\b))/g;

/** Expands `$NAME` and `${NAME}` in a string, like Meltano. */
export function expand(text: string, variables: Variables): Expanded {
  const resolved = substitute(text, variables, 0);
  const left = [...resolved.matchAll(VARIABLE)].map(([, braced, bare]) => braced ?? bare ?? "");
  const [variable] = left;
  if (variable === undefined) return { kind: "text", text: resolved };
  if (left.length === 1 && resolved.replace(VARIABLE, "") === "")
    return { kind: "secret", secret: secret(secretName(variable)), variable };
  return { kind: "mixed", variables: [...new Set(left)] };
}

/**
 * Name of a secret that a local run reads from the variable, if possible.
 *
 * @example `secretName("SHOP_PASSWORD") === "shop-password"`
 */
export function secretName(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^[^A-Za-z]+|-+$/g, "")
    .toLowerCase();
  return name !== "" && isAllowed(name) ? name : `meltano-${name}`.replace(/-$/, "");
}

/** Whether a local run reads the secret from the same variable as Meltano. */
export function keepsVariable(variable: string): boolean {
  return secretVariable(secretName(variable)) === variable;
}

function isAllowed(name: string): boolean {
  return secretProblems({ env: { X: secret(name) } }).length === 0;
}

function substitute(text: string, variables: Variables, depth: number): string {
  if (depth > DEEPEST) return text;
  return text.replace(VARIABLE, (whole, braced: string | undefined, bare: string | undefined) => {
    const value = variables[braced ?? bare ?? ""];
    return value === undefined ? whole : substitute(value, variables, depth + 1);
  });
}
