import { UserError } from "../common/errors";
import { isKubernetesSecret, type KubernetesSecretReference } from "../model/connector-settings";
import type { PipelineEntry } from "../model/define";
import { secretsOf, secretVariable } from "../model/validation/secrets";
import { localSecrets, type SecretLookup } from "../run/secrets";
import { whereOf } from "./surroundings";

/**
 * Secrets of local runs: the environment, then `.env`, then, for references to existing Kubernetes
 * Secrets, the cluster of the kubeconfig.
 *
 * @throws UserError if a Secret cannot be read from the cluster.
 */
export async function secretsForRuns(
  root: string,
  entries: readonly PipelineEntry[],
): Promise<SecretLookup> {
  const local = localSecrets(root);
  const references = entries
    .flatMap((entry) => secretsOf(entry).map(({ reference }) => reference))
    .filter(isKubernetesSecret)
    .filter(({ $secret }) => local($secret) === undefined);
  if (references.length === 0) return local;
  const byName = new Map(references.map((reference) => [reference.$secret, reference]));
  const fromCluster = await readFromCluster(root, [...byName.values()]);
  return (name) => local(name) ?? fromCluster.get(name);
}

async function readFromCluster(
  root: string,
  references: readonly KubernetesSecretReference[],
): Promise<ReadonlyMap<string, string>> {
  const { connect } = await import("../cluster/connection.js");
  const { readSecretKey } = await import("../cluster/secret-key.js");
  const { surroundings } = whereOf(root, { on: "cluster" });
  const connection = await connect(surroundings.on === "cluster" ? surroundings : {});
  const values = new Map<string, string>();
  for (const { $secret: name, kubernetes } of references) {
    const value = await readSecretKey(connection, kubernetes).catch((error: unknown) => {
      throw error instanceof UserError ? notReadable(name, kubernetes, error.problem) : error;
    });
    if (value === undefined)
      throw notReadable(name, kubernetes, `it has no key "${kubernetes.key}".`);
    values.set(name, value);
  }
  return values;
}

function notReadable(
  name: string,
  { name: object }: KubernetesSecretReference["kubernetes"],
  reason: string,
): UserError {
  return new UserError(
    `Secret "${name}" is not set on this machine, and the Kubernetes Secret "${object}" cannot be read: ${reason}`,
    { fix: `Set ${secretVariable(name)} in the environment or in .env, or correct the Secret.` },
  );
}
