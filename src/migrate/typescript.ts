import { isSecretReference, type Json, type JsonObject } from "../model/connector-settings";
import type { Import } from "./import";
import type { ImportedEntry, ImportedUse } from "./draft-entry";

const LONGEST_LINE = 130;

/**
 * Writes an import as a module that exports `pipelines`, with a comment about what was not
 * converted.
 */
export function typescriptOf(imported: Import, source: string): string {
  const entries = imported.entries.map((entry) => block(entryText(entry), 1));
  const body =
    entries.length === 0
      ? "export const pipelines = definePipelines([]);"
      : `export const pipelines = definePipelines([\n${entries.join(",\n")},\n]);`;
  const definitions = imported.connectors.flatMap((connector) =>
    connector.kind === "defined"
      ? [
          `export const ${connector.identifier} = ${kindOf(connector.identifier)}(${value(connector.args, 0)});`,
        ]
      : [],
  );
  const environment =
    imported.environment === undefined ? "" : `, environment ${oneLine(imported.environment)}`;
  return [
    `// Generated from ${oneLine(source)}${environment} by \`tapctl import\`.`,
    importLine(imported, [...definitions, body].join("\n")),
    "",
    ...(definitions.length > 0 ? [...definitions, ""] : []),
    body,
    ...(imported.leftOver.length > 0
      ? [
          "",
          "// Not converted, or converted with changes:",
          ...imported.leftOver.map(({ where, text }) => `// - ${oneLine(where)}: ${oneLine(text)}`),
        ]
      : []),
    "",
  ].join("\n");
}

function importLine({ connectors }: Import, text: string): string {
  const helpers = ["cron", "secret", "tap", "target"].filter((name) =>
    new RegExp(`(?<![\\w."])${name}\\(`).test(text),
  );
  const shipped = connectors.flatMap(({ kind, identifier }) =>
    kind === "shipped" ? [identifier] : [],
  );
  return `import { ${["definePipelines", ...helpers, ...shipped].sort().join(", ")} } from "tapctl";`;
}

function entryText({
  name,
  schedule,
  suspend,
  tap,
  target,
  streams,
  followUps,
}: ImportedEntry): string {
  const fields = [
    `name: ${value(name, 2)}`,
    `schedule: ${isPlainCron(schedule) ? value(schedule, 2) : `cron(${value(schedule, 2)})`}`,
    ...(suspend ? ["suspend: true"] : []),
    `tap: ${useText(tap)}`,
    ...(streams === undefined ? [] : [`streams: ${value(withPlainNames(streams), 2)}`]),
    `target: ${useText(target)}`,
    ...(followUps === undefined ? [] : [`followUps: ${value(followUps, 2)}`]),
  ];
  return `{\n${fields.map((field) => `    ${field},`).join("\n")}\n  }`;
}

function useText({ connector, settings }: ImportedUse): string {
  return `${connector}(${value(settings, 2)})`;
}

/** A rule that is only a name is written as the name. */
function withPlainNames(streams: Json): Json {
  return (streams as readonly JsonObject[]).map((rule) =>
    Object.keys(rule).length === 1 ? (rule["stream"] ?? null) : rule,
  );
}

/** Cron expressions that the types accept without \`cron()\`. */
function isPlainCron(text: string): boolean {
  return (
    /^(?:\S+ ){4}(?:\*|[0-6]|[0-6]-[0-6]|MON-FRI)$/.test(text) ||
    /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/.test(text)
  );
}

/** A value as TypeScript: on one line if it fits, otherwise one field per line. */
function value(json: Json, depth: number): string {
  if (isSecretReference(json)) return `secret(${JSON.stringify(json.$secret)})`;
  if (typeof json === "bigint") return `${json}n`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const isList = Array.isArray(json);
  const parts = isList
    ? (json as readonly Json[]).map((item) => value(item, depth + 1))
    : Object.entries(json).map(
        ([name, item]: [string, Json]) => `${keyText(name)}: ${value(item, depth + 1)}`,
      );
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const short = isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (short.length + depth * 2 <= LONGEST_LINE && !short.includes("\n")) return short;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},`).join("\n")}\n${"  ".repeat(depth)}${close}`;
}

/** `__proto__` in quotes would set the prototype; in brackets it is an ordinary field. */
function keyText(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function kindOf(identifier: string): "tap" | "target" {
  return identifier.startsWith("target") ? "target" : "tap";
}

function block(text: string, depth: number): string {
  return `${"  ".repeat(depth)}${text}`;
}

/** A line break would end the comment. */
function oneLine(text: string): string {
  return text.replace(/[\s\u2028\u2029]+/g, " ");
}
