import type { StreamSelection } from "../../model/stream-rules";
import type { ChosenOptions } from "./select-streams";

/** The object form as TypeScript. @param indent spaces before the line that it starts in. */
export function streamsText(
  streams: ReadonlyMap<string, ChosenOptions | "ignore">,
  indent: string,
): string {
  const lines = [...streams].map(([name, value]) => `${indent}  ${propertyText(name, value)},\n`);
  return `{\n${lines.join("")}${indent}}`;
}

/** A stream of the object form. @example `"public-orders": { key: "updated_at" }` */
export function propertyText(name: string, value: ChosenOptions | "ignore"): string {
  return `${JSON.stringify(name)}: ${valueText(value)}`;
}

/** The options of a stream. @example `{ replication: "incremental", key: "updated_at" }` */
export function valueText(value: object | "ignore"): string {
  if (value === "ignore") return '"ignore"';
  const fields = optionTexts(value);
  return fields.length === 0
    ? "{}"
    : `{ ${fields.map(([name, text]) => `${name}: ${text}`).join(", ")} }`;
}

/** Names and texts of the options that are set. */
export function optionTexts(value: object): readonly (readonly [string, string])[] {
  return Object.entries(value)
    .filter(([, option]) => option !== undefined)
    .map(([name, option]) => [name, literal(option)] as const);
}

/** The rules of the list form as the object form. */
export function objectForm(
  rules: readonly StreamSelection[],
): ReadonlyMap<string, ChosenOptions | "ignore"> {
  return new Map(
    rules.map(({ stream, replicationMethod, replicationKey, include, exclude, ...others }) => [
      stream,
      {
        ...(replicationMethod !== undefined && {
          replication: replicationMethod.toLowerCase().replace("_", "-"),
        }),
        ...(replicationKey !== undefined && { key: replicationKey }),
        ...((include ?? exclude) && {
          columns: [...(include ?? ["*"]), ...(exclude ?? []).map((name) => `!${name}`)],
        }),
        ...others,
      },
    ]),
  );
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(
      ([name, inner]) =>
        `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${literal(inner)}`,
    )
    .join(", ")} }`;
}
