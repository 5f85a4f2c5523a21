import type { Json } from "../model/connector-settings";
import type { ConnectorKind } from "../model/connector";
import type { PackageSource } from "../model/connector-source";
import { formatJsonValue, identifierOf, settingsTypeName } from "./typescript-text";

/** Input of {@link definitionText}. */
export interface DefinitionArgs {
  readonly name: string;
  readonly kind: ConnectorKind;
  readonly source: PackageSource;
  /** Description on one line. Default: unknown. */
  readonly summary?: string;
  readonly homePage?: string;
  /** Capabilities, such as `catalog, discover, state`. */
  readonly capabilities: readonly string[];
  /** Whether there is a `settings.ts`. */
  readonly typed: boolean;
  /** Whether other settings than those of `settings.ts` are accepted. */
  readonly open: boolean;
  /** Whether the project is an ECMAScript module. */
  readonly esm: boolean;
  /** Setting of a target for its output folder. */
  readonly outputSetting?: string | undefined;
}

/** The text of a connector's `index.ts`. It is the user's: an upgrade changes only the version. */
export function definitionText(args: DefinitionArgs): string {
  const { name, kind, source, summary, homePage, capabilities, typed, open, esm } = args;
  const [identifier, typeName] = [identifierOf(name), settingsTypeName(name)];
  const { package: from, version, ...options } = source;
  const fields: readonly (readonly [string, Json | undefined])[] = [
    ["name", name],
    ["package", from],
    ["version", version],
    ...Object.entries(options as { readonly [key: string]: Json }),
    ["outputSetting", args.outputSetting],
  ];
  const lines = fields.flatMap(([key, value]) =>
    value === undefined ? [] : [`  ${key}: ${formatJsonValue(value, false)},`],
  );
  const imports = typed
    ? [
        `import settingsSchema from "./settings.schema.json"${esm ? ' with { type: "json" }' : ""};`,
        `import { required, ${open ? "" : "settings, "}type ${typeName} } from "./settings${esm ? ".js" : ""}";`,
      ]
    : [];
  const comment = [
    sentence(summary ?? `${kind === "tap" ? "Extracts" : "Loads"} with ${name}`),
    ...(capabilities.length === 0 ? [] : ["", `Capabilities: ${capabilities.join(", ")}.`]),
    ...(homePage === undefined || homePage === "" ? [] : ["", `@see ${homePage}`]),
  ];
  return [
    `import { ${kind} } from "tapctl";`,
    ...imports,
    "",
    "/**",
    ...comment.map((line) => ` * ${line.replaceAll("*/", "*\\/")}`.trimEnd()),
    " */",
    `export const ${identifier} = ${kind}${typed ? `<${typeName}>` : ""}({`,
    ...lines,
    ...(typed ? [...(open ? [] : ["  settings,"]), "  required,", "  settingsSchema,"] : []),
    "});",
    "",
  ].join("\n");
}

function sentence(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
