import { LOG_KEY } from "./artifact-repository";
import {
  certificateEnvironment,
  certificateMounts,
  certificateVolumes,
} from "./certificate-authority";
import type { ClusterSettings } from "./cluster-settings";
import { FOLLOW_UP_ANNOTATION } from "./names";
import { parameter } from "./parameters";
import { proxyEnvironment } from "./proxy";
import { withRetries } from "./singer-retry";
import { userContainer, userPod } from "./security";
import { keys, RUN_ID, RUN } from "./store-artifacts";
import type { Container, NamedTemplate, Template, WorkflowStep } from "./types";

/** The rest of the follow-ups, and the first of them, in Argo's expressions. */
const REST = "fromJSON(inputs.parameters.rest)";
const first = (field: string): string => `{{=${REST}[0].${field}}}`;

/** Runs the pipeline's follow-ups, where it has some. */
export const followUpsStep: WorkflowStep = {
  name: "follow-ups",
  template: "follow-ups",
  when: `{{=workflow.parameters.followUps != '[]'}}`,
  arguments: {
    parameters: [
      { name: "run", value: RUN_ID },
      { name: "rest", value: parameter("followUps") },
    ],
  },
};

/**
 * Runs the first of the remaining follow-ups, then itself with the others. Recursion keeps the order and stops at the
 * first failure; a list of items would run them side by side, and with fail-fast count a failed try as a failure.
 */
export const followUpsTemplate: Template = {
  name: "follow-ups",
  inputs: { parameters: [{ name: "run" }, { name: "rest" }] },
  steps: [
    [
      {
        name: "follow-up",
        template: "follow-up",
        arguments: {
          parameters: [
            { name: "run", value: RUN },
            ...["name", "image", "deadline", "patch"].map((field) => ({
              name: field,
              value: first(field),
            })),
          ],
        },
      },
    ],
    [
      {
        name: "rest",
        template: "follow-ups",
        when: `{{=len(${REST}) > 1}}`,
        arguments: {
          parameters: [
            { name: "run", value: RUN },
            { name: "rest", value: `{{=toJson(${REST}[1:])}}` },
          ],
        },
      },
    ],
  ],
};

/** One follow-up: an image that users bring, with the files and the state of the run to read. */
export function followUpTemplates(settings: ClusterSettings): readonly Template[] {
  const pod: NamedTemplate = {
    name: "follow-up",
    ...userPodOf(settings),
    inputs: {
      parameters: [
        { name: "run" },
        { name: "name" },
        { name: "image" },
        { name: "deadline" },
        { name: "patch" },
      ],
      artifacts: [
        // Not on a volume: a target that writes no files leaves an empty folder.
        {
          name: "output",
          path: "/singer/output",
          optional: true,
          s3: { key: keys.file("output.tar.gz") },
        },
        {
          name: "state",
          path: "/singer/state.json",
          optional: true,
          mode: 0o644,
          archive: { none: {} },
          s3: { key: keys.state },
        },
      ],
    },
    activeDeadlineSeconds: "{{inputs.parameters.deadline}}",
    podSpecPatch: "{{inputs.parameters.patch}}",
    metadata: { annotations: { [FOLLOW_UP_ANNOTATION]: "{{inputs.parameters.name}}" } },
    container: userMain(settings, "{{inputs.parameters.image}}"),
  };
  return withRetries(pod, [], [{ name: LOG_KEY, value: keys.log("{{inputs.parameters.name}}") }]);
}

/** A job's container, which its patch makes. */
export function jobTemplates(settings: ClusterSettings): readonly Template[] {
  const pod: NamedTemplate = {
    name: "job-run",
    ...userPodOf(settings),
    podSpecPatch: parameter("jobPatch"),
    container: userMain(settings, parameter("jobImage")),
  };
  return withRetries(pod, [], [{ name: LOG_KEY, value: keys.log("job", RUN_ID) }]);
}

/** What a pod has whose image users bring: no runner is in it that would keep its log, so that Argo does. A log that cannot be stored fails the try, as a run's other files do. */
function userPodOf(
  settings: ClusterSettings,
): Pick<Template, "securityContext" | "volumes" | "archiveLocation"> {
  const volumes = certificateVolumes(settings);
  return {
    securityContext: userPod,
    ...(volumes.length > 0 && { volumes }),
    archiveLocation: { archiveLogs: true },
  };
}

/** A container of an image that users bring; its patch gives it a command, and variables that win over these. */
function userMain(settings: ClusterSettings, image: string): Container {
  const env = [...proxyEnvironment(settings), ...certificateEnvironment(settings)];
  const volumeMounts = certificateMounts(settings);
  return {
    name: "main",
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["false"],
    ...(env.length > 0 && { env }),
    securityContext: userContainer,
    ...(volumeMounts.length > 0 && { volumeMounts }),
  };
}
