import type { Json } from "../model/connector-settings";

/** A name that needs no quotes as a key of an object. */
const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

/** A value as TypeScript; on one line, or with a line for each field. */
export function formatJsonValue(value: Json, lines = true, indent = ""): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inside = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item: Json) => formatJsonValue(item, lines, inside))
    : Object.entries(value).map(
        ([name, item]) =>
          `${PLAIN_NAME.test(name) ? name : JSON.stringify(name)}: ${formatJsonValue(item, lines, inside)}`,
      );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const oneLine = open === "[" ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (!lines || (open === "[" && indent.length + oneLine.length <= 80)) return oneLine;
  return `${open}\n${parts.map((part) => `${inside}${part},\n`).join("")}${indent}${close}`;
}

/** The name of a connector as an identifier: `tap-github` is `tapGithub`. */
export function identifierOf(name: string): string {
  const [first = "", ...rest] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = `${first}${rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
  return joined.replace(/^(?=\d)/, "_");
}

/** The name of a type for an identifier: `TapGithubSettings`. */
export function settingsTypeName(name: string): string {
  const identifier = identifierOf(name);
  return `${identifier.charAt(0).toUpperCase()}${identifier.slice(1)}Settings`;
}
