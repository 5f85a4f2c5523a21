import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { PipelineEntry } from "../../src/model/define";
import { loadSettings } from "../../src/settings/load-settings";
import { deploy } from "../../components/stack";
import { record, type RecordOptions, type Registration } from "./record";

const SECRETS = [
  "orders-channel",
  "shop-password",
  "table-token",
  "warehouse-password",
  "warehouse-url",
  "clean-token",
  "registry",
  "slack",
  "smtp",
  "s3-key",
  "s3-secret",
  "channel",
  "archive",
];
const secretValues = Object.fromEntries(SECRETS.map((name) => [name, `value-of-${name}`]));

/** The configuration key with a value for every secret that the fixtures and settings of tests name. */
export const secretConfig = { "tapctl:secrets": JSON.stringify(secretValues) };

/** The settings of a stack's file, as Pulumi gives them to the program. */
export function configOf(file: "Pulumi.dev.yaml" | "Pulumi.prod.yaml"): {
  readonly [key: string]: string;
} {
  const { config } = parse(readFileSync(join(__dirname, "..", "..", file), "utf8")) as {
    readonly config: { readonly [key: string]: unknown };
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/**
 * Records a stack of an array, with a value for every secret that the fixtures and settings of
 * tests name.
 */
export function recordStack(
  entries: readonly PipelineEntry[],
  config: { readonly [key: string]: string } = {},
  options: RecordOptions = {},
): Promise<readonly Registration[]> {
  return record(() => deploy(loadSettings(), entries), {
    config: { ...config, ...secretConfig },
    secretKeys: ["tapctl:secrets"],
    outputs: ({ type, name }) => ({
      ...(type === "random:index/randomPassword:RandomPassword" && {
        result: `made-up-for-${name}`,
      }),
      ...(type === "docker-build:index:Image" && { digest: `sha256:${"0".repeat(64)}` }),
    }),
    ...options,
  });
}

/**
 * Registrations as goldens hold them: without secrets, the hashes of what images are built from,
 * and the shared templates and the dashboard, which have goldens of their own. An account of AWS
 * looks like a hash.
 */
export function goldenText(registrations: readonly Registration[]): string {
  const shown = registrations.map((one) =>
    one.type.endsWith(":WorkflowTemplate") || one.urn.endsWith("ConfigMap::monitoring")
      ? { ...one, inputs: { metadata: one.inputs["metadata"] } }
      : one,
  );
  const hidden = JSON.parse(
    JSON.stringify(shown, (_, value: unknown) => {
      if (typeof value === "string") return withoutHashes(value);
      return typeof value === "object" && value !== null && "secret" in value ? "<secret>" : value;
    }),
  ) as object;
  return stringify(hidden, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Replaced before YAML quotes a hash that reads as a number. */
function withoutHashes(text: string): string {
  return text.replaceAll(/\b(?!123456789012)[0-9a-f]{12}\b/g, "<hash>");
}
