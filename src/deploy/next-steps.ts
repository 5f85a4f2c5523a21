import { kubectl, stackCommand, tapctl } from "../common/command-text";
import { isReplication, type PipelineEntry } from "../model/define";
import type { CheckedSettings } from "../settings/schema";

/** What you can do with a stack that has come up, as lines for a terminal; each command names the stack and the cluster. */
export function nextSteps(
  { namespace, argo, objectStore }: CheckedSettings,
  entries: readonly PipelineEntry[],
): string {
  const first = entries.find(isReplication);
  const up = stackCommand("up");
  return [
    "",
    "Next steps:",
    ...(argo.install && argo.server
      ? [
          `  Argo's interface:      ${kubectl(`-n ${argo.namespace} port-forward svc/argo-workflows-server 2746`)}   then http://localhost:2746`,
          `    it asks for a token of the cluster, for example: ${kubectl(`-n ${argo.namespace} create token NAME`)}`,
        ]
      : []),
    `  pipelines:             ${kubectl(`-n ${namespace} get cronworkflows,workflows`)}`,
    `  status:                ${tapctl("status")}`,
    ...(first ? [`  run on this machine:   npx tapctl run ${first.name}`] : []),
    ...(objectStore.kind === "minio"
      ? [
          `  MinIO's credentials:   ${kubectl(`-n ${objectStore.namespace} get secret minio-root -o yaml`)}`,
        ]
      : []),
    `  change a pipeline:     edit pipelines/index.ts, then ${up}`,
    `  set a secret:          ${stackCommand("pulumi", "config", "set", "--secret", "--path", `'tapctl:secrets["NAME"]'`)}, then ${up}`,
    `  undo all this:         ${stackCommand("down")}`,
  ].join("\n");
}
