import { telemetryEnvironment } from "./singer-telemetry";
import { unexpanded } from "../../model/validation/byte-for-byte";
import type { ClusterSettings } from "./cluster-settings";
import { lineageRequest } from "./outcome-requests";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { RUN_ID } from "./store-artifacts";
import type { Container, DagTask, EnvVar, Template } from "./types";

/**
 * Environment of a container that sends events to OpenLineage, in the form of the standard client;
 * empty without a backend. Only containers without a connector have it, because of the key.
 */
export function lineageEnvironment({ lineage }: Pick<ClusterSettings, "lineage">): EnvVar[] {
  if (!lineage) return [];
  const { url, namespace, apiKey, store } = lineage;
  return [
    { name: "OPENLINEAGE_URL", value: unexpanded(url) },
    { name: "OPENLINEAGE_NAMESPACE", value: unexpanded(namespace) },
    ...(store === undefined ? [] : [{ name: "TAPCTL_STORE", value: unexpanded(store) }]),
    ...(apiKey
      ? [
          {
            name: "OPENLINEAGE_API_KEY",
            valueFrom: { secretKeyRef: { name: apiKey.name, key: apiKey.key, optional: true } },
          },
        ]
      : []),
  ];
}

/** A container that also reports the end of a run, if there is a backend. */
export function withReports(container: Container, settings: ClusterSettings): Container {
  const own = [...lineageEnvironment(settings), ...telemetryEnvironment(settings)];
  return own.length === 0 ? container : { ...container, env: [...(container.env ?? []), ...own] };
}

/** Sends the event of a start in parallel to the first step, which does not wait for it. */
export function lineageTasks({ lineage }: Pick<ClusterSettings, "lineage">): readonly DagTask[] {
  return lineage
    ? [
        {
          name: "lineage-started",
          template: "lineage-started",
          arguments: { parameters: [{ name: "run", value: RUN_ID }] },
          continueOn: { failed: true, error: true },
        },
      ]
    : [];
}

/** The template of {@link lineageTasks}; none without a backend. */
export function lineageTemplates(settings: ClusterSettings): readonly Template[] {
  if (!settings.lineage) return [];
  const container = runnerContainer(
    settings,
    "main",
    settings.runnerImage,
    lineageRequest,
    workMounts,
  );
  return [
    {
      name: "lineage-started",
      ...smallPod(settings),
      activeDeadlineSeconds: 60,
      timeout: "120s",
      inputs: { parameters: [{ name: "run" }] },
      container: { ...container, env: [...(container.env ?? []), ...lineageEnvironment(settings)] },
    },
  ];
}
