import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { notifyRequest } from "./outcome-requests";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { FAILURES } from "./singer-summary";
import { keys, optionalFileIn, optionalFileOut, RUN_ID, WORK } from "./store-artifacts";
import type { DagTask, Template } from "./types";

/** Longest time of a notification's pod; the request to the webhook times out long before. */
const LONGEST_SECONDS = 60;
/** Longest time including the wait for the pod, for example for a missing image. */
const LONGEST_IN_ALL = "120s";

const hasWebhook = "workflow.parameters.webhookSecret != ''";
/** A pipeline with options of streams may notify of a changed schema whatever its events are. */
const watchesSchemas = "workflow.parameters.rules != ''";
/** The same for a replication slot that retains too much. */
const watchesSlot = "workflow.parameters.maxSlotBytes != '0'";
const wants = (event: string): string => `'${event}' in split(workflow.parameters.notifyOn, ',')`;

/**
 * A failed notification does not fail the Workflow. The templates are DAGs, because in a group of
 * steps a pod that does not start in time fails the group despite `continueOn`.
 * Source: argo-workflows v4.1.2, workflow/controller/steps.go, 306, and dag.go, 676.
 */
const harmless = { continueOn: { failed: true, error: true } };

/**
 * True if no commit has written the summary: the run failed, continued after the commit, or is a
 * job or a replay, which may have no commit.
 */
const notSummarized =
  "workflow.status != 'Succeeded' || workflow.parameters.followUps != '[]' || workflow.parameters.mode == 'job' || workflow.parameters.extractKey != 'none'";

const run = { parameters: [{ name: "run", value: RUN_ID }] };

/** Sends the notification that a run started, in parallel with its first step. */
export const startedTask: DagTask = {
  name: "tell-started",
  template: "notify-started",
  when: `{{=${hasWebhook} && ${wants("started")}}}`,
  arguments: run,
  ...harmless,
};

/** Runs when the Workflow has ended: writes the summary and sends the configured notifications. */
export const exitTemplate: Template = {
  name: "exit",
  dag: {
    tasks: [
      {
        name: "summarize",
        template: "summarize",
        when: `{{=${notSummarized}}}`,
        arguments: run,
        ...harmless,
      },
      {
        name: "tell-failed",
        template: "notify-failed",
        when: `{{=${hasWebhook} && workflow.status != 'Succeeded' && (${wants("failed")} || ${wants("recovered")})}}`,
        arguments: run,
        ...harmless,
      },
      {
        name: "tell-succeeded",
        template: "notify-succeeded",
        when: `{{=${hasWebhook} && workflow.status == 'Succeeded' && (${wants("succeeded")} || ${wants("recovered")} || ${watchesSchemas} || ${watchesSlot})}}`,
        arguments: run,
        ...harmless,
      },
    ],
  },
};

/**
 * The three notifiers. A failure notification reads no file of the store, because the store may be
 * the cause; the error of the verdict contains what was loaded.
 */
export function notifyTemplates(settings: ClusterSettings): readonly Template[] {
  const marker = optionalFileOut("marker", keys.failing, `${WORK}/marker.json`);
  const undelivered = optionalFileOut("undelivered", keys.undelivered, `${WORK}/undelivered.json`);
  return [
    notifyTemplate("started", settings, { outputs: { artifacts: [undelivered] } }),
    notifyTemplate("failed", settings, { outputs: { artifacts: [marker, undelivered] } }),
    notifyTemplate("succeeded", settings, {
      inputs: [
        optionalFileIn("failing", keys.failing),
        optionalFileIn("result", keys.file("load-result.json")),
        optionalFileIn("tap-result", keys.file("extract-result.json")),
      ],
      outputs: { artifacts: [marker, undelivered] },
    }),
  ];
}

interface Files {
  readonly inputs?: NonNullable<NonNullable<Template["inputs"]>["artifacts"]>;
  readonly outputs?: NonNullable<Template["outputs"]>;
}

function notifyTemplate(
  event: "started" | "failed" | "succeeded",
  settings: ClusterSettings,
  files: Files,
): Template {
  const { securityContext, volumes } = smallPod(settings);
  const container = runnerContainer(
    settings,
    "main",
    settings.runnerImage,
    notifyRequest(event, settings),
    workMounts,
  );
  const secret = { name: parameter("webhookSecret"), key: parameter("webhookKey") };
  const env = [
    ...(container.env ?? []),
    { name: "CHANNELS", valueFrom: { secretKeyRef: secret } },
    ...(event === "failed" ? [FAILURES] : []),
  ];
  return {
    name: `notify-${event}`,
    securityContext,
    volumes,
    activeDeadlineSeconds: LONGEST_SECONDS,
    timeout: LONGEST_IN_ALL,
    podSpecPatch: parameter("channelsPatch"),
    inputs: { parameters: [{ name: "run" }], ...(files.inputs && { artifacts: files.inputs }) },
    container: { ...container, env },
    ...(files.outputs && { outputs: files.outputs }),
  };
}
