import { parse } from "yaml";
import type { Json, JsonObject } from "../src/model/connector-settings";
import { kindOf, objectOf, UNKNOWN, type Resource, type ResourcePolicy } from "./policy";

/** Settings of {@link secrets}. */
export interface SecretSettings {
  /** Names of fields that look like a secret's and hold none. */
  readonly allowed: readonly string[];
}

/*
 * What accuses must be surer than what hides: `src/review/secrecy.ts` hides a value in a comment where there is any doubt,
 * this stops an update.
 */

/** Ends of names whose value is a secret itself. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|token|api[_-]?key|private[_-]?key|secret[_-]?key|account[_-]?key|client[_-]?secret|app[_-]?secret|(?:^|[_-])secret)$/i;

/** Fields of charts that name a Secret or a key in one. */
const REFERENCE_NAME = /^existing|(?:Ref|Name|From)$/;

/** Texts that are a secret whatever their name: private keys, addresses with a password, well-known tokens. */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^/\s:@?#]+:[^/\s@?#]+@/,
  /\b(?:basic|bearer)\s+[\w.~+/=-]{12,}/i,
  /\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|sk_live_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})/,
  /(?:^|\s)--?[\w-]*(?:password|passwd|token|api-?key|secret)[= ][^\s{$]/i,
];

/** Secrets belong into Secrets: all else shows in previews, in Argo's user interface and to all who may read the namespace. */
export const secrets: ResourcePolicy<SecretSettings> = {
  name: "secrets-in-secrets",
  description:
    "No secret is written out in ConfigMaps, arguments of Workflows, pods, values of Helm charts or build arguments.",
  level: "mandatory",
  scope: "resource",
  settings: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Names of fields that look like a secret's and hold none, such as nextPageToken.",
    },
  },
  check: (resource, { allowed }) =>
    [...new Set(leaves(lookedAt(resource), []))].flatMap(({ path, text }) => {
      const name = path[path.length - 1] ?? "";
      if (allowed.includes(name) || isHarmless(text)) return [];
      const kind = isSecretText(text)
        ? "holds what looks like a secret"
        : isSecretName(name)
          ? "looks like a secret"
          : undefined;
      return kind === undefined
        ? []
        : [
            `${path.join(".")} ${kind} and is in plain sight: put it into a Secret and refer to that`,
          ];
    }),
};

/** What of a resource others than its owner see. */
function lookedAt(resource: Resource): JsonObject {
  if (resource.type === "docker-build:index:Image") {
    // The argument SETTINGS has the kind of each setting under its name, and no value.
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

/** Texts with their paths: those in JSON and YAML that stands in a text as well, and a pair of name and value by that name. */
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
    // `["--password", "…"]`: the flag names what comes after it.
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

/** Places for a value, paths and addresses without a user open nothing. */
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
