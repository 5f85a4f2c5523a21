import * as pulumi from "@pulumi/pulumi";
import {
  isKubernetesSecret,
  isSecretReference,
  type Json,
} from "../../src/model/connector-settings";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import { referenceText, type SecretPart } from "../../src/manifests/argo/pipeline-secret";

/**
 * Text of a part of a pipeline's Secret, with the values of its secrets; a secret output if it has
 * any.
 *
 * @throws UserError if a secret is not set.
 */
export function secretText(part: SecretPart, secrets: Secrets): pulumi.Input<string> {
  if (part.kind === "secret") return requireSecret(secrets, part.name);
  if (part.kind === "text") return part.text;
  const names = [...new Set(namesIn(part.value))];
  if (names.length === 0) return referenceText(part);
  return pulumi.all(names.map((name) => requireSecret(secrets, name))).apply((values) => {
    const byName = new Map(names.map((name, index) => [name, values[index] ?? ""]));
    return referenceText({ kind: "json", value: resolved(part.value, byName) });
  });
}

function namesIn(value: Json): readonly string[] {
  if (isKubernetesSecret(value)) return [];
  if (isSecretReference(value)) return [value.$secret];
  if (Array.isArray(value)) return value.flatMap((item: Json) => namesIn(item));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

function resolved(value: Json, secrets: ReadonlyMap<string, string>): Json {
  if (isKubernetesSecret(value)) return value;
  if (isSecretReference(value)) return secrets.get(value.$secret) ?? null;
  if (Array.isArray(value)) return value.map((item: Json) => resolved(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, resolved(item, secrets)]),
  );
}
