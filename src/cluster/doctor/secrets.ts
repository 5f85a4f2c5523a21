import { pipelineSecret } from "../../manifests/argo/pipeline-secret";
import { externalValues } from "../../manifests/stack/external-secrets";
import { externalSecretName } from "../../model/connector-settings";
import type { PipelineEntry } from "../../model/define";
import { secretsOf } from "../../model/validation/secrets";
import { externalSecretProblem } from "../external-secrets";
import { type Check, ifKnown } from "./check";
import { fail, ok } from "./finding";

/** Names of the existing Secrets that an entry refers to. */
function existingSecrets(entry: PipelineEntry): readonly string[] {
  return secretsOf(entry).flatMap(({ reference: { kubernetes, externalSecret } }) =>
    kubernetes && !externalSecret ? kubernetes.name : [],
  );
}

/** Do the Secrets that runs of the deployed pipelines mount exist? */
export const secretsCheck: Check = ({ secrets, crons, entries }) =>
  ifKnown(
    "secrets",
    secrets,
    (found) => {
      if (!crons.ok) return [];
      const deployed = new Set(crons.value.map(({ metadata }) => metadata.name));
      const needed = entries
        .filter(({ name }) => deployed.has(name))
        .flatMap((entry) => [
          ...[pipelineSecret(entry)?.name].filter((name) => name !== undefined),
          ...existingSecrets(entry),
        ]);
      const missing = [...new Set(needed)].filter((name) => !found.includes(name));
      const existing = new Set(entries.flatMap(existingSecrets));
      if (missing.length === 0) return ok("secrets", `all ${new Set(needed).size} exist`);
      return missing.flatMap((name) =>
        fail("secrets", `Secret ${name} does not exist`, ({ onStack }) =>
          existing.has(name)
            ? "create it, or correct its name in the array; tapctl does not create it"
            : `if it was deleted manually, restore it with: ${onStack("up")}`,
        ),
      );
    },
    "ask an administrator to run doctor: permission to list Secrets includes reading their content",
  );

/** Has External Secrets Operator created the Secrets of the array? */
export const externalSecretsCheck: Check = ({ externalSecrets, externalSecretEvents, entries }) => {
  const names = externalValues(entries).map(({ name }) => externalSecretName(name));
  if (names.length === 0) return [];
  return ifKnown("external secrets", externalSecrets, (found) => {
    const byName = new Map(found.map((one) => [one.metadata.name, one]));
    const failures = names.flatMap((name) => {
      const object = byName.get(name);
      if (object === undefined)
        return fail(
          "external secrets",
          `ExternalSecret ${name} does not exist`,
          ({ onStack }) => `deploy it: ${onStack("up")}`,
        );
      const problem = externalSecretProblem(object, externalSecretEvents);
      return problem === undefined
        ? []
        : fail("external secrets", problem, "correct the store, or the key in the array");
    });
    return failures.length === 0
      ? ok("external secrets", `all ${names.length} are ready`)
      : failures;
  });
};
