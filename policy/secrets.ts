import { parse } from "yaml";
import type { Json, JsonObject } from "../src/model/connector-settings";
import { kindOf, objectOf, UNKNOWN, type Resource, type ResourcePolicy } from "./policy";

/** Settings of {@link secrets}. */
export interface SecretSettings {
  /** Fields whose names look like a secret's and whose values are not secret. */
  readonly allowed: readonly string[];
}

/*
 * The patterns are stricter than those of `src/review/secrecy.ts`: hiding a harmless value in a
 * comment costs little, a false positive here stops an update.
 */

/** Names of fields that hold a secret. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|token|api[_-]?key|private[_-]?key|secret[_-]?key|account[_-]?key|client[_-]?secret|app[_-]?secret|(?:^|[_-])secret)$/i;

/** Names of chart fields that refer to a Secret or to a key in one. */
const REFERENCE_NAME = /^existing|(?:Ref|Name|From)$/;

/**
 * Values that are secret in any field: private keys, URLs with a password, well-known token
 * formats.
 */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^/\s:@?#]+:[^/\s@?#]+@/,
  /\b(?:basic|bearer)\s+[\w.~+/=-]{12,}/i,
  /\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|sk_live_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})/,
  /(?:^|\s)--?[\w-]*(?:password|passwd|token|api-?key|secret)[= ][^\s{$]/i,
];

/**
 * Rejects secrets outside of Secrets: other fields are visible in previews, in the Argo UI and to
 * all readers of the namespace.
 */
export const secrets: ResourcePolicy<SecretSettings> = {
  name: "secrets-in-secrets",
  description:
    "ConfigMaps, Workflow arguments, pods, Helm values and build arguments contain no secrets.",
  level: "mandatory",
  scope: "resource",
  settings: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Fields whose names look like a secret's and whose values are not secret, such as nextPageToken.",
    },
  },
  check: (resource, { allowed }) =>
    [...new Set(leaves(lookedAt(resource), []))].flatMap(({ path, text }) => {
      const name = path[path.length - 1] ?? "";
      if (allowed.includes(name) || isHarmless(text)) return [];
      const kind = isSecretText(text)
        ? "contains a value that looks like a secret"
        : isSecretName(name)
          ? "looks like a secret"
          : undefined;
      return kind === undefined
        ? []
        : [`${path.join(".")} ${kind} in plain text; put it into a Secret and refer to that`];
    }),
};

/** The fields of a resource that people without access to Secrets can read. */
function lookedAt(resource: Resource): JsonObject {
  if (resource.type === "docker-build:index:Image") {
    // The argument SETTINGS lists the kind of each setting, without values.
    return { buildArgs: { ...objectOf(resource.props["buildArgs"]), SETTINGS: "" } };
  }
  if (resource.type.startsWith("tapctl:")) return resource.props;
  const kind = kindOf(resource);
  if (kind === undefined || kind === "Secret") return {};
  return kind === "Release" ? { values: resource.props["values"] ?? {} } : resource.props;
}

interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

/**
 * Lists all strings with their paths. Strings that hold JSON or YAML are searched too; a name/value
 * pair counts as a field.
 */
function leaves(value: Json, path: readonly string[]): readonly Leaf[] {
  if (typeof value === "string") return documentLeaves(value, path);
  if (Array.isArray(value)) return listLeaves(value as readonly Json[], path);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]: [string, Json]) =>
    leaves(item, [...path, name]),
  );
}

function listLeaves(items: readonly Json[], path: readonly string[]): readonly Leaf[] {
  return items.flatMap((item, index) => {
    const { name, value, ...rest } = objectOf(item);
    if (typeof name === "string" && typeof value === "string")
      return [...leaves(value, [...path, name]), ...leaves(rest, [...path, name])];
    const flag = items[index - 1];
    // `["--password", "…"]`: a flag names the value after it.
    return leaves(
      item,
      typeof item === "string" && typeof flag === "string" && /^--?[\w-]+$/.test(flag)
        ? [...path, flag.replace(/^-+/, "")]
        : [...path, String(index)],
    );
  });
}

function documentLeaves(text: string, path: readonly string[]): readonly Leaf[] {
  const inner = /^\s*(?:[[{](?!\{)|[\w.-]+:\s)/.test(text) ? documentOf(text) : undefined;
  return inner === undefined
    ? [{ path, text }]
    : [{ path, text }, ...leaves(inner, path)].filter(
        (leaf) => leaf.text !== text || isSecretText(text),
      );
}

function documentOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = parse(text, { logLevel: "error" });
    return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Placeholders, paths and URLs without credentials are not secret. */
function isHarmless(text: string): boolean {
  return (
    text === "" ||
    text.includes(UNKNOWN) ||
    /^(?:\{\{[^}]*\}\}|\$\(\w+\)|\$\{\w+\})$/.test(text) ||
    text.startsWith("/") ||
    /^https?:\/\/[^@]*$/.test(text)
  );
}

function isSecretText(text: string): boolean {
  return SECRET_TEXTS.some((pattern) => pattern.test(text));
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !REFERENCE_NAME.test(name);
}
