import type { Commands } from "../common/commands";
import { isReplication, type PipelineEntry } from "../model/define";
import type { CheckedSettings } from "../settings/schema";

/**
 * Next steps after `tapctl up`, as lines for a terminal; each command includes the stack and the
 * cluster.
 */
export function nextSteps(
  { namespace, argo, objectStore }: CheckedSettings,
  entries: readonly PipelineEntry[],
  { kubectl, onStack, tapctl }: Commands,
): string {
  const first = entries.find(isReplication);
  const up = onStack("up");
  return [
    "",
    "Next steps:",
    ...(argo.install && argo.server
      ? [
          `  Argo Workflows:        ${kubectl(`-n ${argo.namespace} port-forward svc/argo-workflows-server 2746`)}   then open http://localhost:2746`,
          `    log in with a token of the cluster, e.g. from: ${kubectl(`-n ${argo.namespace} create token NAME`)}`,
        ]
      : []),
    `  pipelines:             ${kubectl(`-n ${namespace} get cronworkflows,workflows`)}`,
    `  status:                ${tapctl("status")}`,
    ...(first
      ? [
          `  run on the cluster:    ${tapctl(`run ${first.name} --follow`)}`,
          `  run locally:           npx tapctl run ${first.name}`,
        ]
      : []),
    ...(objectStore.kind === "minio"
      ? [
          `  MinIO's credentials:   ${kubectl(`-n ${objectStore.namespace} get secret minio-root -o yaml`)}`,
        ]
      : []),
    `  change a pipeline:     edit pipelines/index.ts, then ${up}`,
    `  set a secret:          ${onStack("pulumi", "config", "set", "--secret", "--path", `'tapctl:secrets["NAME"]'`)}, then ${up}`,
    `  delete everything:     ${onStack("down")}`,
  ].join("\n");
}
