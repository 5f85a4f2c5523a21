import { secret, type SecretReference } from "../model/connector-settings";
import { secretNameProblems, secretVariable } from "../model/validation/secrets";

/** Values of variables by name, as far as the project's files give them. */
export type Variables = { readonly [name: string]: string };

/** A text after its variables were looked up. */
export type Expanded =
  /** No variable is left in it. */
  | { readonly kind: "text"; readonly text: string }
  /** It is one variable, whose value only the environment has. */
  | { readonly kind: "secret"; readonly secret: SecretReference; readonly variable: string }
  /** It has such variables and other text. */
  | { readonly kind: "mixed"; readonly variables: readonly string[] };

/** Variables may name others; deeper than this they go round. */
const DEEPEST = 8;

/** Without braces only upper case is a variable in Meltano: `$last_run_date` is the tap's own. */
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Z_][A-Z0-9_]*\b))/g;

/** Looks up `$NAME` and `${NAME}` in a text, as Meltano does. */
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
 * Name of the secret that a local run reads from a variable, where that is possible.
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

/** Whether a local run reads a secret from the very variable that Meltano did. */
export function keepsVariable(variable: string): boolean {
  return secretVariable(secretName(variable)) === variable;
}

function isAllowed(name: string): boolean {
  return secretNameProblems({ env: { X: secret(name) } }).length === 0;
}

function substitute(text: string, variables: Variables, depth: number): string {
  if (depth > DEEPEST) return text;
  return text.replace(VARIABLE, (whole, braced: string | undefined, bare: string | undefined) => {
    const value = variables[braced ?? bare ?? ""];
    return value === undefined ? whole : substitute(value, variables, depth + 1);
  });
}
