import { UserError } from "../common/errors";
import type { CheckedSettings } from "../settings/schema";
import { capture } from "../common/command";
import { obstacles, ownNamespaces } from "./existing";
import type { RecordedResource } from "./state";

/** Kinds that the stack makes beside those of its own namespaces. */
const NEEDED = [
  "namespaces",
  "customresourcedefinitions.apiextensions.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
];

/**
 * The context that is meant, after a look at its cluster.
 *
 * @param wanted its name; empty for the current one.
 * @returns undefined where there is no context at all.
 * @throws UserError for a context that is not there, a cluster that does not answer, and a right that is missing.
 */
export function findContext(wanted: string): string | undefined {
  const listed = capture("kubectl", ["config", "get-contexts", "-o", "name"]);
  if (listed.error.includes("ENOENT"))
    throw new UserError(
      "there is no `kubectl` on PATH; see https://kubernetes.io/docs/tasks/tools/",
    );
  const contexts = listed.output.split("\n").filter((line) => line !== "");
  if (wanted !== "" && !contexts.includes(wanted))
    throw new UserError(
      `the kubeconfig has no context "${wanted}"; there are: ${contexts.join(", ") || "none"}`,
    );
  const context = wanted !== "" ? wanted : capture("kubectl", ["config", "current-context"]).output;
  if (context === "") {
    if (contexts.length > 0)
      throw new UserError(
        `no context of the kubeconfig is the current one; name one with --context: ${contexts.join(", ")}`,
      );
    return undefined;
  }
  checkCluster(context);
  return context;
}

/** Kinds of the Prometheus operator that a monitored stack makes objects of. */
const MONITORING = [
  "servicemonitors.monitoring.coreos.com",
  "prometheusrules.monitoring.coreos.com",
];

/**
 * Looks whether the cluster knows what `tapctl:monitoring` needs, before anything is changed.
 *
 * @throws UserError where it does not.
 */
export function checkMonitoring(context: string): void {
  const missing = MONITORING.filter(
    (name) => !capture("kubectl", ["--context", context, "get", "crd", name, "-o", "name"]).ok,
  );
  if (missing.length > 0)
    throw new UserError(
      `tapctl:monitoring needs the Prometheus operator, and the cluster of context "${context}" has no ${missing.join(", ")}; install the operator, or leave the setting out`,
    );
}

/**
 * Looks whether the cluster has what would be in the stack's way, or lacks what it needs, before anything is changed.
 * What the user may not see is taken as not there.
 *
 * @param recorded what the stack's state has.
 * @throws UserError with every problem.
 */
export function checkExisting(
  context: string,
  settings: CheckedSettings,
  recorded: readonly Pick<RecordedResource, "type" | "id">[],
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
  // Of the cluster of the last update: in another one nothing is the stack's yet.
  const here = settings.context === "" || settings.context === context ? recorded : [];
  const problems = obstacles(settings, existing, here);
  if (problems.length > 0)
    throw new UserError(
      [
        `the cluster of context "${context}" is not as this stack needs it:`,
        ...problems.map((problem) => `  ${problem}`),
      ].join("\n"),
    );
}

function checkCluster(context: string): void {
  const reached = capture("kubectl", ["--context", context, "version", "--request-timeout=10s"]);
  if (!reached.ok)
    throw new UserError(
      `the cluster of context "${context}" does not answer: ${reached.error.split("\n").at(-1)}`,
      1,
    );
  const missing = NEEDED.filter(
    (kind) =>
      capture("kubectl", ["--context", context, "auth", "can-i", "create", kind]).output !== "yes",
  );
  if (missing.length > 0)
    throw new UserError(
      `the user of context "${context}" may not create ${missing.join(", ")}; use one that may, or let its administrator run this`,
    );
}
