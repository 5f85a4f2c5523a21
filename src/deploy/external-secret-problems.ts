import { capture } from "../common/command";
import { externalSecretProblem, type ExternalSecretObject } from "../cluster/external-secrets";

/** ExternalSecrets of a stack that are not ready, as texts. */
export function externalSecretProblems(
  context: string,
  namespaces: readonly string[],
): readonly string[] {
  return namespaces.flatMap((namespace) => {
    const { ok, output } = capture("kubectl", [
      ...["--context", context, "--namespace", namespace, "--request-timeout", "10s"],
      ...["get", "externalsecrets.external-secrets.io", "--output", "json"],
      ...["--selector", "app.kubernetes.io/managed-by=tapctl"],
    ]);
    if (!ok) return [];
    return externalSecrets(output).flatMap((item) => externalSecretProblem(item) ?? []);
  });
}

/** None if the cluster did not answer with a list: the engine has reported its own errors. */
function externalSecrets(text: string): readonly ExternalSecretObject[] {
  try {
    return (JSON.parse(text) as { readonly items: readonly ExternalSecretObject[] }).items;
  } catch {
    return [];
  }
}
