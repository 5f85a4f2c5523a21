import { clusterMarkerKey, clusterMarkerText } from "../../store/keys";
import type { ClusterSettings } from "./cluster-settings";
import { podAnnotationsOf } from "./names";
import { placementPatch } from "./pod-spec-patch";
import { runnerContainer, singerPod, workMounts } from "./singer-pod";
import { fileFromStep, fileOut, WORK } from "./store-artifacts";
import type { Template, Workflow, WorkflowSpec, WorkflowTemplate } from "./types";

/** Name of the smoke test's WorkflowTemplate. */
export const SMOKE_TEST = "smoke-test";

const DEADLINE_SECONDS = 300;
const KEPT_SECONDS = 3600;
const FILE = `${WORK}/message.txt`;
const MARKER = `${WORK}/${clusterMarkerKey}`;
const WORKFLOW = "{{workflow.name}}";

const WRITE = `import sys; open(sys.argv[1], "w").write(sys.argv[2])`;
const MARK = `; open("${MARKER}", "w").write('${clusterMarkerText}\\n')`;
const COMPARE = `import sys
found = open(sys.argv[1]).read()
sys.exit(0 if found == sys.argv[2] else f"the object store gave {found!r} instead of {sys.argv[2]!r}")`;

/**
 * A test of the installation: one pod stores a file and the next reads it, with the ServiceAccount,
 * image and permissions of the pipelines.
 *
 * @param marksBucket whether the test also marks the bucket as a cluster's, so that local runs
 *   reject it; needed if only a pod can write to the bucket.
 */
export function smokeTestTemplate(
  settings: ClusterSettings,
  marksBucket: boolean,
): WorkflowTemplate {
  const placement = placementPatch(settings.scheduling ?? {}, settings.labels);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: { name: SMOKE_TEST, namespace: settings.namespace, labels: { ...settings.labels } },
    spec: {
      entrypoint: "smoke-test",
      serviceAccountName: settings.serviceAccount,
      executor: { serviceAccountName: settings.executorServiceAccount },
      automountServiceAccountToken: false,
      ...podMetadata(settings),
      ...(placement !== undefined && { podSpecPatch: placement }),
      ...(settings.imagePullSecrets.length > 0 && {
        imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
      }),
      activeDeadlineSeconds: DEADLINE_SECONDS,
      ttlStrategy: { secondsAfterCompletion: KEPT_SECONDS },
      podGC: { strategy: "OnPodSuccess" },
      artifactRepositoryRef: { ...settings.artifactRepository },
      templates: [
        {
          name: "smoke-test",
          steps: [
            [{ name: "write", template: "write" }],
            [
              {
                name: "read",
                template: "read",
                arguments: {
                  artifacts: [
                    { name: "message", from: "{{steps.write.outputs.artifacts.message}}" },
                  ],
                },
              },
            ],
          ],
        },
        {
          name: "write",
          ...python(settings, marksBucket ? WRITE + MARK : WRITE),
          outputs: {
            artifacts: [
              fileOut("message", `smoke-test/${WORKFLOW}.txt`, FILE),
              ...(marksBucket ? [fileOut("marker", clusterMarkerKey, MARKER)] : []),
            ],
          },
        },
        {
          name: "read",
          ...python(settings, COMPARE),
          inputs: { artifacts: [fileFromStep("message", FILE)] },
        },
      ],
    },
  };
}

function podMetadata(settings: ClusterSettings): Pick<WorkflowSpec, "podMetadata"> {
  const labels = settings.scheduling?.podLabels;
  const podMetadata = { ...(labels && { labels }), ...podAnnotationsOf(settings) };
  return Object.keys(podMetadata).length === 0 ? {} : { podMetadata };
}

/** A smoke test to submit with `kubectl create -f` or `argo submit`. */
export function smokeTestWorkflow(namespace: string): Workflow {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: `${SMOKE_TEST}-`, namespace },
    spec: { workflowTemplateRef: { name: SMOKE_TEST } },
  };
}

function python(settings: ClusterSettings, program: string): Omit<Template, "name"> {
  return {
    ...singerPod(settings),
    container: {
      ...runnerContainer(settings, "main", settings.runnerImage, undefined, workMounts),
      command: ["python3", "-c"],
      args: [program, FILE, WORKFLOW],
    },
  };
}
