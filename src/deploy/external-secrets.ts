import { setTimeout as sleep } from "node:timers/promises";
import { capture, type CommandResult } from "../common/command";
import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import {
  EXTERNAL_SECRET_EVENTS,
  externalSecretProblem,
  isProcessed,
  type ExternalSecretObject,
} from "../cluster/external-secrets";
import type { EventObject } from "../cluster/objects";
import type { ExternalValue } from "../manifests/stack/external-secrets";

const GROUP = "external-secrets.io";
const VERSION = "v1";

/** The operator processes a change within seconds, unless it is not running. */
const WAIT_SECONDS = 60;

/**
 * Checks, before anything is changed, that External Secrets Operator and the stores of an array
 * exist. A SecretStore is not checked, because its namespace may not exist yet.
 *
 * @throws UserError if the operator or a store is missing. Objects that the user may not read are
 *   treated as present.
 */
export function checkExternalSecrets(context: string, values: readonly ExternalValue[]): void {
  const get = (...args: readonly string[]) =>
    capture("kubectl", ["--context", context, "get", ...args]);
  checkOperator(
    context,
    values,
    get(
      ...["crd", `externalsecrets.${GROUP}`, "--ignore-not-found", "--output"],
      "jsonpath={.metadata.name}{range .spec.versions[?(@.served==true)]} {.name}{end}",
    ),
  );
  const stores = get(`clustersecretstores.${GROUP}`, "--output", "name");
  const names = stores.output.split("\n").map((line) => line.split("/").at(-1));
  const missing = values.filter(
    ({ source: { store, kind } }) => kind !== "SecretStore" && !names.includes(store),
  );
  if (stores.ok && missing.length > 0)
    throw new UserError(
      missing
        .map(
          ({ name, source: { store } }) =>
            `The cluster of context "${context}" has no ClusterSecretStore "${store}", which secret "${name}" comes from.`,
        )
        .join("\n"),
      { fix: "Create it, or correct the name in the array." },
    );
}

function checkOperator(
  context: string,
  values: readonly ExternalValue[],
  { ok, output }: CommandResult,
): void {
  const [name, ...versions] = output.split(" ").filter((word) => word !== "");
  if (!ok || versions.includes(VERSION)) return;
  const what = `Secrets of External Secrets Operator (${values.map((value) => value.name).join(", ")}) need ${VERSION} of externalsecrets.${GROUP}`;
  throw new UserError(
    `${what}, but the cluster of context "${context}" has ${name === undefined ? "none" : `only ${versions.join(", ")}`}.`,
    { fix: "Install the operator, 0.16 or newer: https://external-secrets.io" },
  );
}

/**
 * Asks the operator to read the values of ExternalSecrets that are not ready again: after an error,
 * it waits up to seven minutes, also if the store has been corrected.
 */
export function retryExternalSecrets(context: string, namespace: string): void {
  const failed = notReady(listExternalSecrets(context, namespace));
  if (failed.length === 0) return;
  capture("kubectl", [
    ...["--context", context, "--namespace", namespace, "annotate", "--overwrite"],
    ...[`externalsecrets.${GROUP}`, ...failed.map(({ metadata }) => metadata.name)],
    `force-sync=${Date.now()}`,
  ]);
}

/**
 * Waits until the operator has processed the ExternalSecrets of an array. Pulumi awaits new ones
 * only: a changed one still has its former status.
 *
 * @throws UserError that lists those that are not ready.
 */
export async function requireExternalSecrets(
  context: string,
  namespace: string,
  { onStack }: Commands,
): Promise<void> {
  const end = Date.now() + WAIT_SECONDS * 1000;
  let found = listExternalSecrets(context, namespace);
  while (!found.every(isProcessed) && Date.now() < end) {
    await sleep(1000);
    found = listExternalSecrets(context, namespace);
  }
  const problems = externalSecretProblems(context, namespace, found);
  if (problems.length > 0)
    throw new UserError(["The stack is deployed, but:", ...problems].join("\n  "), {
      fix: `Correct the store, or the key in the array, then run: ${onStack("up")}`,
      exitCode: 1,
    });
}

/** ExternalSecrets of a stack that are not ready, as texts; they are read unless they are given. */
export function externalSecretProblems(
  context: string,
  namespace: string,
  found = listExternalSecrets(context, namespace),
): readonly string[] {
  const failed = notReady(found);
  if (failed.length === 0) return [];
  const events = list<EventObject>(context, namespace, [
    ...["events", "--field-selector", EXTERNAL_SECRET_EVENTS],
  ]);
  return failed.flatMap((object) => externalSecretProblem(object, events) ?? []);
}

const notReady = (objects: readonly ExternalSecretObject[]) =>
  objects.filter((object) => externalSecretProblem(object) !== undefined);

function listExternalSecrets(context: string, namespace: string): readonly ExternalSecretObject[] {
  return list(context, namespace, [
    ...[`externalsecrets.${GROUP}`, "--selector", "app.kubernetes.io/managed-by=tapctl"],
  ]);
}

/** None if the cluster did not answer with a list: the engine has reported its own errors. */
function list<T>(context: string, namespace: string, what: readonly string[]): readonly T[] {
  const { ok, output } = capture("kubectl", [
    ...["--context", context, "--namespace", namespace, "--request-timeout", "10s"],
    ...["get", ...what, "--output", "json"],
  ]);
  if (!ok) return [];
  try {
    return (JSON.parse(output) as { readonly items: readonly T[] }).items;
  } catch {
    return [];
  }
}
