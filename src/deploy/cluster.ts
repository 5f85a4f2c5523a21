import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import type { CheckedSettings } from "../settings/schema";
import { capture } from "../common/command";
import { obstacles, ownNamespaces } from "./existing";
import type { RecordedResource } from "./state";

/** Cluster-wide kinds that the stack creates. */
const NEEDED = [
  "namespaces",
  "customresourcedefinitions.apiextensions.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
];

/**
 * Returns the requested context after checking its cluster.
 *
 * @param wanted its name; empty for the current context.
 * @returns undefined if there is no context.
 * @throws UserError if the context does not exist, the cluster does not answer, or a permission
 *   is missing.
 */
export function findContext(wanted: string): string | undefined {
  const listed = capture("kubectl", ["config", "get-contexts", "-o", "name"]);
  if (listed.error.includes("ENOENT"))
    throw new UserError("`kubectl` is not on PATH.", {
      fix: "Install it: https://kubernetes.io/docs/tasks/tools/",
    });
  const contexts = listed.output.split("\n").filter((line) => line !== "");
  if (wanted !== "" && !contexts.includes(wanted))
    throw new UserError(`The kubeconfig has no context "${wanted}".`, {
      fix: `Available contexts: ${contexts.join(", ") || "none"}`,
    });
  const context = wanted !== "" ? wanted : capture("kubectl", ["config", "current-context"]).output;
  if (context === "") {
    if (contexts.length > 0)
      throw new UserError("The kubeconfig has no current context.", {
        fix: `Choose one with --context: ${contexts.join(", ")}`,
      });
    return undefined;
  }
  checkCluster(context);
  return context;
}

/** Kinds of the Prometheus operator that a monitored stack creates. */
const MONITORING = [
  "servicemonitors.monitoring.coreos.com",
  "prometheusrules.monitoring.coreos.com",
];

/**
 * Checks, before anything is changed, that the cluster has the kinds that `tapctl:monitoring`
 * needs.
 *
 * @throws UserError if they are missing.
 */
export function checkMonitoring(context: string): void {
  const missing = MONITORING.filter(
    (name) => !capture("kubectl", ["--context", context, "get", "crd", name, "-o", "name"]).ok,
  );
  if (missing.length > 0)
    throw new UserError(
      `tapctl:monitoring needs the Prometheus operator, but the cluster of context "${context}" has no ${missing.join(", ")}.`,
      { fix: "Install the operator, or remove the setting." },
    );
}

/**
 * Checks, before anything is changed, for objects that conflict with the stack and for missing
 * prerequisites. Objects that the user may not read are treated as missing.
 *
 * @param recorded the resources in the stack's state.
 * @param commands the commands to print in problems.
 * @throws UserError that lists all problems.
 */
export function checkExisting(
  context: string,
  settings: CheckedSettings,
  recorded: readonly Pick<RecordedResource, "type" | "id">[],
  commands: Commands,
): void {
  const get = (...args: readonly string[]) =>
    capture("kubectl", ["--context", context, "get", ...args]);
  const definition = get("crd", "workflows.argoproj.io", "--ignore-not-found", "-o", "json");
  const { metadata } = (
    definition.ok && definition.output !== "" ? JSON.parse(definition.output) : {}
  ) as { readonly metadata?: { readonly annotations?: { readonly [name: string]: string } } };
  const existing = {
    namespaces: ownNamespaces(settings).filter(
      (name) => get("namespace", name, "--ignore-not-found", "-o", "name").output !== "",
    ),
    ...(metadata && { workflows: metadata.annotations ?? {} }),
    cronWorkflows:
      settings.argo.install || get("crd", "cronworkflows.argoproj.io", "-o", "name").ok,
  };
  // The state describes the cluster of the last update: in another cluster, nothing belongs to the
  // stack yet.
  const here = settings.context === "" || settings.context === context ? recorded : [];
  const problems = obstacles(settings, existing, here, commands);
  if (problems.length > 0)
    throw new UserError(
      [
        `The cluster of context "${context}" is not ready for this stack:`,
        ...problems.map((problem) => `  ${problem}`),
      ].join("\n"),
    );
}

function checkCluster(context: string): void {
  const reached = capture("kubectl", ["--context", context, "version", "--request-timeout=10s"]);
  if (!reached.ok)
    throw new UserError(
      `The cluster of context "${context}" does not answer: ${reached.error.split("\n").at(-1)}`,
      {
        fix: "Check that it is running, or choose another context with --context NAME.",
        exitCode: 1,
      },
    );
  const missing = NEEDED.filter(
    (kind) =>
      capture("kubectl", ["--context", context, "auth", "can-i", "create", kind]).output !== "yes",
  );
  if (missing.length > 0)
    throw new UserError(
      `The user of context "${context}" is not allowed to create ${missing.join(", ")}.`,
      { fix: "Use a context with these permissions, or ask an administrator to run this command." },
    );
}
