import { isReplication, type PipelineEntry } from "../pipelines/define";
import type { CheckedSettings } from "../settings/schema";
import { OWN_COMMAND } from "./pulumi";

/** What there is to do with a stack that has come up, as lines for a terminal. */
export function nextSteps(context: string, { namespace, argo, objectStore }: CheckedSettings, entries: readonly PipelineEntry[]): string {
  const first = entries.find(isReplication);
  const kubectl = `kubectl --context ${context}`;
  return [
    "",
    "What to do next:",
    ...(argo.install && argo.server
      ? [`  Argo's interface:      ${kubectl} -n ${argo.namespace} port-forward svc/argo-workflows-server 2746   then http://localhost:2746`, "    it asks for a token of the cluster, such as one of: kubectl create token NAME"]
      : []),
    `  the pipelines:         ${kubectl} -n ${namespace} get cronworkflows,workflows`,
    "  how they are:          npx tapctl status --on cluster",
    ...(first ? [`  one on this machine:   npx tapctl run ${first.name}`] : []),
    ...(objectStore.kind === "minio" ? [`  MinIO's credentials:   Secret minio-root in the namespace ${objectStore.namespace}`] : []),
    "  change a pipeline:     edit pipelines/index.ts, then npm run up",
    `  set a secret:          ${OWN_COMMAND} config set --secret --path 'secrets["NAME"]', then npm run up`,
    "  undo all this:         npm run down",
  ].join("\n");
}
