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

/** The remaining follow-ups and the first of them, as Argo expressions. */
const REST = "fromJSON(inputs.parameters.rest)";
const first = (field: string): string => `{{=${REST}[0].${field}}}`;

/** Runs the follow-ups of a pipeline, if it has any. */
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
 * Runs the first of the remaining follow-ups, then itself with the others. Recursion keeps the
 * order and stops at the first failure. A list of items would run them in parallel, and with
 * fail-fast would count a failed attempt as a failure.
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

/** A follow-up: an image of the user with read access to the files and state of the run. */
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
        // Not on a volume, because a target that writes no files leaves an empty folder.
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

/** The container of a job, completed by its patch. */
export function jobTemplates(settings: ClusterSettings): readonly Template[] {
  const pod: NamedTemplate = {
    name: "job-run",
    ...userPodOf(settings),
    podSpecPatch: parameter("jobPatch"),
    container: userMain(settings, parameter("jobImage")),
  };
  return withRetries(pod, [], [{ name: LOG_KEY, value: keys.log("job", RUN_ID) }]);
}

/**
 * Pod of a user's image. It contains no runner that would store its log, so Argo does. If the log
 * cannot be stored, the attempt fails, as with other files of a run.
 */
function userPodOf(
  settings: ClusterSettings,
): Pick<Template, "securityContext" | "volumes" | "archiveLocation"> {
  const volumes = certificateVolumes(settings);
  return {
    securityContext: userPod(settings.podSecurity),
    ...(volumes.length > 0 && { volumes }),
    archiveLocation: { archiveLogs: true },
  };
}

/** Container of a user's image. Its patch adds the command and variables, which override these. */
function userMain(settings: ClusterSettings, image: string): Container {
  const env = [...proxyEnvironment(settings), ...certificateEnvironment(settings)];
  const volumeMounts = certificateMounts(settings);
  return {
    name: "main",
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["false"],
    ...(env.length > 0 && { env }),
    securityContext: userContainer(settings.podSecurity),
    ...(volumeMounts.length > 0 && { volumeMounts }),
  };
}
