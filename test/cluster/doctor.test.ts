import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { CHECKS } from "../../src/cluster/doctor/checks";
import { deployedCheck } from "../../src/cluster/doctor/deployed";
import { statesCheck } from "../../src/cluster/doctor/states";
import { locksCheck } from "../../src/cluster/doctor/locks";
import { nodesCheck } from "../../src/cluster/doctor/nodes";
import { externalSecretsCheck, secretsCheck } from "../../src/cluster/doctor/secrets";
import { bucketCheck } from "../../src/cluster/doctor/bucket";
import {
  clockCheck,
  clusterCheck,
  definitionsCheck,
  rightsCheck,
  templatesCheck,
} from "../../src/cluster/doctor/cluster";
import { controllerCheck } from "../../src/cluster/doctor/controller";
import { commandsFor, textWith } from "../../src/common/commands";
import { findingText } from "../../src/cluster/doctor/finding";
import type { Check } from "../../src/cluster/doctor/check";
import { configFact, configsCheck } from "../../src/cluster/doctor/configs";
import { askRegistries, imagesCheck } from "../../src/cluster/doctor/images";
import { slotsCheck } from "../../src/cluster/doctor/slots";
import { schedulesCheck } from "../../src/cluster/doctor/schedules";
import type { DoctorFacts } from "../../src/cluster/doctor/facts";
import type { ContainerStatus, CronWorkflowObject, PodObject } from "../../src/cluster/objects";
import { readFacts } from "../../src/cluster/doctor/read-facts";
import { TEMPLATES } from "../../src/cluster/templates";
import { tapRestApi, targetJsonl } from "../../connectors";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import { identityOf } from "../../src/model/identity";
import { newestBookmarks } from "../../src/store/state/bookmarks";
import { openFolder } from "../../src/store/folder";
import { temporaryFolder } from "../store/stores";
import { artifactRepository } from "../../src/manifests/argo/artifact-repository";
import { standInRegistry } from "../deploy/registry";
import { documentedRules, type Roles, type Rule } from "../support/roles";
import { cronWorkflow, metadata, standIn, workflow } from "./support";
import { toJsonText } from "../../src/common/json";
import { ARGO_KINDS } from "../support/kubernetes-api";

const NOW = new Date("2026-11-25T12:00:00Z");
const no = { ok: false as const, why: "you may not" };
const yes = <T>(value: T) => ({ ok: true as const, value });

const ORDERS: PipelineEntry = {
  name: "orders",
  schedule: "0 6 * * *",
  tap: tapRestApi({ api_url: "http://127.0.0.1:9" }),
  target: targetJsonl({}),
};
const TIDY: PipelineEntry = {
  name: "tidy",
  kind: "job",
  schedule: "0 6 * * *",
  image: "acme/tool:1",
  command: ["tidy"],
};

/** The schedule of `orders` on the cluster. */
const scheduled = (
  schedules: readonly string[],
  change: Partial<CronWorkflowObject> = {},
): CronWorkflowObject => ({
  metadata: metadata("orders", "orders"),
  spec: { schedules, timezone: "UTC", workflowSpec: {} },
  ...change,
});

const bookmark = (value: string) => newestBookmarks(toJsonText({ value }));
const SAVED = {
  pipeline: "orders",
  savedBy: "20261125T100000Z-000000",
  savedAt: "2026-11-25T10:00:00Z",
  hasRun: true,
  newestGood: "20261125T100000Z-000000",
  identity: identityOf(ORDERS),
};

const inStore: PipelineEntry = {
  kind: "job",
  name: "greet",
  schedule: "0 * * * *",
  image: "example.com/greet:1",
  command: ["greet"],
  env: {
    TOKEN: secret("shop-password", { externalSecret: { store: "vault", key: "shop/db" } }),
  },
};

const controller = (image: string, ready: number) => ({
  metadata: metadata("workflow-controller", "-", { namespace: "argo" }),
  spec: { template: { spec: { containers: [{ name: "c", image }] } } },
  status: { readyReplicas: ready },
});

const NO_IMAGE = (name: string, image: string): ContainerStatus => ({
  name,
  image,
  state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
});
const podThatWaits = (status: PodObject["status"]): PodObject => ({
  metadata: metadata("p", "orders"),
  spec: { containers: [] },
  ...(status && { status }),
});

const GOOD: DoctorFacts = {
  context: "c",
  namespace: "pipelines",
  now: NOW,
  api: yes({ version: "v1.34.4", time: NOW.getTime(), argo: ARGO_KINDS }),
  rights: yes([{ rule: "r", allowed: true, neededBy: "x" }]),
  controllers: yes([controller("quay.io/argoproj/workflow-controller:v4.1.2", 1)]),
  controllerPods: yes([]),
  missingTemplates: yes([]),
  crons: yes([cronWorkflow("orders") as never]),
  workflows: yes([]),
  waiting: yes([]),
  pods: yes([]),
  nodeProblems: yes([]),
  images: yes([]),
  bucket: yes({ name: "singer", is: "there", versioned: true }),
  states: yes([]),
  configs: yes([]),
  slots: yes([]),
  secrets: yes(["pipeline-orders"]),
  externalSecrets: yes([]),
  externalSecretEvents: [],
  entries: [ORDERS],
};

/** Who wrote a field, as Kubernetes records it. */
const written = (manager: string, time: string, field = "f:spec") => ({
  manager,
  time,
  fieldsV1: { [field]: {} },
});

/** Level and text of a check's findings with changed facts. */
function found(check: Check, change: Partial<DoctorFacts>): string {
  return check({ ...GOOD, ...change })
    .map((finding) => findingText(finding, commandsFor()))
    .map(({ level, found: text, todo }) => `${level}: ${text}${todo === "" ? "" : ` -> ${todo}`}`)
    .join("\n");
}

test("doctor: slots at risk and those of suspended pipelines are reported with what to do", () => {
  const slot = {
    slot: "orders",
    retainedBytes: 3_000_000,
    walStatus: "reserved",
    checked: "2026-11-23T08:15:02.000Z",
    problem: null,
  };
  const slots = (problem: string | null) =>
    yes([{ pipeline: "orders", slots: [{ ...slot, problem }] }]);
  const spec = { schedules: ["@daily"], suspend: true, workflowSpec: {} };
  const crons = yes([{ ...(cronWorkflow("orders") as object), spec } as never]);
  assert.match(found(slotsCheck, { slots: slots(null) }), /^ok: 1 pipeline with LOG_BASED streams/);
  assert.match(
    found(slotsCheck, { slots: slots("replication slot orders is lost") }),
    /^warn: orders: replication slot orders is lost -> measure it again: npx tapctl check orders/,
  );
  assert.match(
    found(slotsCheck, { slots: slots(null), crons }),
    /^warn: orders: replication slot orders retains .* while the pipeline is suspended: 3\.0 MB at .* -> resume it: npx tapctl resume orders; or/,
  );
});

test("doctor: a healthy cluster has only passed checks", () => {
  const findings = CHECKS.flatMap((check) => check(GOOD));
  assert.deepEqual(
    findings.filter(({ level }) => level !== "ok"),
    [],
  );
  assert.ok(findings.length >= 10);
});

suite("doctor: problems and their fixes", () => {
  const cases: readonly (readonly [string, Check, Partial<DoctorFacts>, RegExp])[] = [
    [
      "a cluster that does not answer",
      clusterCheck,
      { api: no },
      /^fail: you may not -> start the cluster, log in to it, or choose another/,
    ],
    [
      "an old Kubernetes",
      clusterCheck,
      { api: yes({ version: "v1.24.1", time: 0, argo: [] }) },
      /^warn: Kubernetes v1\.24\.1 -> upgrade it to 1\.28/,
    ],
    [
      "clocks that differ by seconds",
      clockCheck,
      { api: yes({ version: "v1.34.4", time: NOW.getTime() - 30_000, argo: ARGO_KINDS }) },
      /^warn: this machine is 30 s ahead of the cluster/,
    ],
    [
      "clocks that differ too much for S3",
      clockCheck,
      { api: yes({ version: "v1.34.4", time: NOW.getTime() + 1_000_000, argo: ARGO_KINDS }) },
      /^fail: this machine is 1000 s behind the cluster -> correct this machine's clock/,
    ],
    [
      "missing resource definitions",
      definitionsCheck,
      { api: yes({ version: "v1.34.4", time: 0, argo: undefined }) },
      /^fail: the cluster has no workflows, cronworkflows, .* -> install Argo Workflows: npx tapctl up$/,
    ],
    [
      "a missing controller",
      controllerCheck,
      { controllers: yes([]) },
      /^fail: no Deployment has the label app\.kubernetes\.io\/component=workflow-controller/,
    ],
    [
      "a controller that is down",
      controllerCheck,
      { controllers: yes([controller("x:v4.1.2", 0)]) },
      /^fail: argo\/workflow-controller has no ready pod: no run starts or ends -> kubectl logs -n argo/,
    ],
    [
      "a controller that was scaled to zero",
      controllerCheck,
      { controllers: yes([{ ...controller("x:v4.1.2", 0), spec: { replicas: 0 } }]) },
      /^fail: argo\/workflow-controller is scaled to zero: no run starts or ends -> kubectl scale -n argo deploy\/workflow-controller --replicas=1/,
    ],
    [
      "an old controller",
      controllerCheck,
      { controllers: yes([controller("x:v3.5.0", 1)]) },
      /^fail: argo\/workflow-controller has version 3 -> upgrade Argo Workflows to version 4/,
    ],
    [
      "a controller that restarts",
      controllerCheck,
      {
        controllerPods: yes([
          {
            ...controller("x", 1),
            spec: { containers: [] },
            status: { containerStatuses: [{ name: "c", restartCount: 7 }] },
          },
        ]),
      },
      /^warn: argo\/workflow-controller restarted 7 times/,
    ],
    [
      "two controllers",
      controllerCheck,
      { controllers: yes([controller("x:v4.1.2", 1), controller("x:v4.1.2", 1)]) },
      /^warn: 2 controllers: .*\nok: /,
    ],
    [
      "a missing permission for controllers",
      controllerCheck,
      { controllers: no },
      /^warn: not checked: you may not -> add the rule to your Role/,
    ],
    [
      "a missing rule",
      rightsCheck,
      { rights: yes([{ rule: 'verbs: ["patch"]', allowed: false, neededBy: "cancel" }]) },
      /^warn: missing rule: verbs: \["patch"\] -> needed by cancel; add it to your Role$/,
    ],
    [
      "a missing template",
      templatesCheck,
      { missingTemplates: yes(["singer-job"]) },
      /^fail: namespace "pipelines" has no WorkflowTemplate singer-job -> deploy/,
    ],
    [
      "an unreachable bucket",
      bucketCheck,
      { bucket: no },
      /^fail: you may not -> runs need it to start and to end/,
    ],
    [
      "a bucket without versions",
      bucketCheck,
      { bucket: yes({ name: "singer", is: "there", versioned: false }) },
      /^warn: singer is not versioned/,
    ],
    [
      "a missing bucket in the cluster's MinIO",
      bucketCheck,
      { bucket: yes({ name: "singer", is: "missing", inCluster: true }) },
      /^fail: bucket singer does not exist, [^>]*-> recreate it: change objectStore\.expireRunsDays by one, then run npx tapctl up; then restore its content from a backup [^\n]*"A bucket is missing"[^\n]*$/,
    ],
    [
      "a missing bucket outside the cluster",
      bucketCheck,
      { bucket: yes({ name: "singer", is: "missing", inCluster: false }) },
      /^fail: bucket singer does not exist, [^>]*-> create it with versioning; then restore its content/,
    ],
    [
      "unchecked states of a missing bucket",
      statesCheck,
      { states: { ok: false, why: "there is no bucket" } },
      /^warn: not checked: there is no bucket -> fix the bucket problem first$/,
    ],
    [
      "unchecked settings of a missing bucket",
      configsCheck,
      { configs: { ok: false, why: "there is no bucket" } },
      /^warn: not checked: there is no bucket -> fix the bucket problem first$/,
    ],
    [
      "states whose runs no longer exist",
      statesCheck,
      {
        states: yes(
          ["orders", "users"].map((pipeline) => ({
            ...SAVED,
            pipeline,
            hasRun: false,
            newestGood: null,
            bookmarks: [],
          })),
        ),
      },
      /^warn: saved by runs that no longer exist, with no other successful run: orders, users -> if they were restored from a backup or the runs have expired, do nothing: [^\n]*$/,
    ],
    [
      "an unreadable state",
      statesCheck,
      {
        states: yes([
          {
            pipeline: "orders",
            unreadable: "state/orders/state.json is not JSON.",
            todo: "roll back",
          },
        ]),
      },
      /^fail: orders: state\/orders\/state\.json is not JSON\. -> roll back$/,
    ],
    [
      "a wrong image",
      imagesCheck,
      { pods: yes([podThatWaits({ containerStatuses: [NO_IMAGE("main", "acme/tap:1")] })]) },
      /^fail: container main of pod p cannot pull image acme\/tap:1: no such image/,
    ],
    [
      "a wrong image of an init container",
      imagesCheck,
      {
        pods: yes([
          podThatWaits({
            initContainerStatuses: [NO_IMAGE("init", "acme/argoexec:1")],
            containerStatuses: [
              { name: "main", state: { waiting: { reason: "PodInitializing" } } },
            ],
          }),
        ]),
      },
      /^fail: container init of pod p cannot pull image acme\/argoexec:1: no such image[^\n]*$/,
    ],
    [
      "a wrong image of Argo's own container",
      imagesCheck,
      { pods: yes([podThatWaits({ containerStatuses: [NO_IMAGE("wait", "acme/argoexec:1")] })]) },
      /^fail: container wait of pod p cannot pull image acme\/argoexec:1/,
    ],
    [
      "a pod that its node cannot start",
      nodesCheck,
      {
        nodeProblems: yes([
          { pod: "p", reason: "FailedMount", message: "no such volume" },
          { pod: "p", reason: "FailedCreatePodSandBox", message: "no address\nleft" },
        ]),
      },
      /^fail: pod p does not start: FailedCreatePodSandBox: no address -> .*kubectl.* describe pod p -n pipelines$/,
    ],
    [
      "unreadable settings in the store",
      configsCheck,
      {
        configs: yes([
          {
            pipeline: "kept",
            problems: [{ what: "configs/kept/catalog.json: not JSON", todo: "put it there" }],
          },
        ]),
      },
      /^fail: kept: configs\/kept\/catalog\.json: not JSON -> put it there$/,
    ],
    [
      "an image that is missing from its registry",
      imagesCheck,
      { images: yes([{ image: "r.example.com/tap:1", there: false, why: "" }]) },
      /^fail: image r\.example\.com\/tap:1 is missing from its registry and needed by future runs -> fix a wrong image name or registry password in the array, then run npx tapctl up, which rebuilds and pushes missing images\. [^\n]*\. Until then, it runs only on nodes that have already pulled it$/,
    ],
    [
      "a pipeline's image that is missing from its registry",
      imagesCheck,
      {
        crons: yes([
          scheduled(["@daily"], {
            spec: {
              schedules: ["@daily"],
              timezone: "UTC",
              workflowSpec: {
                arguments: {
                  parameters: [{ name: "targetImage", value: "r.example.com/target:1" }],
                },
              },
            },
          }),
        ]),
        images: yes([{ image: "r.example.com/target:1", there: false, why: "" }]),
      },
      /^fail: image r\.example\.com\/target:1 is missing from its registry and needed by future runs of orders /,
    ],
    [
      "only once an image that a pod waits for and its registry lacks",
      imagesCheck,
      {
        pods: yes([podThatWaits({ containerStatuses: [NO_IMAGE("main", "acme/tap:1")] })]),
        images: yes([{ image: "acme/tap:1", there: false, why: "" }]),
      },
      /^fail: container main of pod p cannot pull image[^\n]*$/,
    ],
    [
      "images in registries that cannot be reached",
      imagesCheck,
      {
        images: yes(
          ["a", "b"].map((name) => ({
            image: `r:5000/${name}:1`,
            there: undefined,
            why: "r:5000 is not reachable from here",
          })),
        ),
      },
      /^warn: not checked: r:5000 is not reachable from here \(r:5000\/a:1, r:5000\/b:1\); none of 0 pods is waiting for one -> a missing image is reported here once a pod waits for it$/,
    ],
    [
      "a schedule that Argo rejects",
      schedulesCheck,
      {
        crons: yes([
          {
            ...cronWorkflow("orders"),
            status: { conditions: [{ type: "SpecError", status: "True", message: "bad" }] },
          } as never,
        ]),
      },
      /^fail: orders: Argo reports SpecError: bad -> fix the entry, then deploy it: npx tapctl up$/,
    ],
    [
      "an invalid schedule that differs from the array",
      schedulesCheck,
      {
        crons: yes([
          scheduled(["0 25 * * *"], {
            status: { conditions: [{ type: "SpecError", status: "True", message: "bad" }] },
          }),
        ]),
      },
      /^fail: orders: Argo reports SpecError: bad; on the cluster "0 25 \* \* \*", in the array "0 6 \* \* \*" -> if it was changed manually, restore it with: npx tapctl up$/,
    ],
    [
      "a valid schedule that differs from the array",
      schedulesCheck,
      { crons: yes([scheduled(["0 7 * * *", "0 8 * * *"])]) },
      /^warn: orders: on the cluster "0 7 \* \* \*" and "0 8 \* \* \*", in the array "0 6 \* \* \*" -> not deployed yet, or changed manually: npx tapctl up$/,
    ],
    [
      "a schedule that was changed by hand",
      schedulesCheck,
      {
        crons: yes([
          scheduled(["0 6 * * *"], {
            metadata: {
              ...metadata("orders", "orders"),
              managedFields: [
                written("pulumi-kubernetes-1", "2026-11-25T10:00:00Z", "f:metadata"),
                written("workflow-controller", "2026-11-25T11:30:00Z", "f:status"),
                written("kubectl-patch", "2026-11-25T11:00:00Z"),
              ],
            },
            spec: { schedules: ["0 6 * * *"], suspend: true, workflowSpec: {} },
          }),
        ]),
      },
      /^warn: orders: changed manually by "kubectl-patch" at 2026-11-25T11:00:00Z; on the cluster "0 6 \* \* \*", switched off, in the array "0 6 \* \* \*" -> restore what the array specifies: npx tapctl up$/,
    ],
    [
      "a time zone that differs from the array",
      schedulesCheck,
      { entries: [{ ...ORDERS, timezone: "Europe/Berlin" }] },
      /^warn: orders: on the cluster "0 6 \* \* \*", in the array "0 6 \* \* \*" \(Europe\/Berlin\)/,
    ],
    [
      "a run that Argo could not submit",
      schedulesCheck,
      {
        crons: yes([
          scheduled(["0 6 * * *"], {
            status: {
              conditions: [{ type: "SubmissionError", status: "True", message: "no template" }],
            },
          }),
        ]),
      },
      /^fail: orders: Argo reports SubmissionError: no template -> fix the entry/,
    ],
    [
      "an invalid schedule",
      schedulesCheck,
      {
        crons: yes([
          {
            metadata: metadata("orders", "orders"),
            spec: { schedules: ["0 25 * * *"], workflowSpec: {} },
          },
        ]),
      },
      /^fail: orders: Argo never starts it: schedule "0 25 \* \* \*": hour 25 is outside 0-23/,
    ],
    [
      "a name that is too long",
      schedulesCheck,
      {
        crons: yes([
          {
            metadata: metadata("o".repeat(53), "o"),
            spec: { schedules: ["@daily"], workflowSpec: {} },
          },
        ]),
      },
      /its name is longer than 52/,
    ],
    [
      "a time zone that older controllers do not know",
      schedulesCheck,
      {
        crons: yes([
          {
            metadata: metadata("orders", "orders", { creationTimestamp: "2026-11-24T00:00:00Z" }),
            spec: { schedules: ["0 6 * * *"], timezone: "America/Coyhaique", workflowSpec: {} },
          },
        ]),
      },
      /never started; .*older controllers do not know every time zone: try "UTC" instead of "America\/Coyhaique"/s,
    ],
    [
      "a schedule that Argo silently ignores",
      schedulesCheck,
      {
        crons: yes([
          {
            metadata: metadata("orders", "orders", { creationTimestamp: "2026-11-24T00:00:00Z" }),
            spec: { schedules: ["0 6 * * *"], workflowSpec: {} },
          },
        ]),
      },
      /^fail: orders: was due at 2026-11-24T06:00:00\.000Z but never started; Argo does not report why/,
    ],
    [
      "a Secret that was deleted",
      secretsCheck,
      { secrets: yes([]) },
      /^fail: Secret pipeline-orders does not exist -> if it was deleted manually, restore it with: npx tapctl up$/,
    ],
    [
      "an ExternalSecret that is not ready",
      externalSecretsCheck,
      {
        entries: [inStore],
        externalSecrets: yes([
          {
            metadata: { name: "shop-password-external" },
            spec: {
              secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
              data: [{ remoteRef: { key: "shop/db" } }],
            },
            status: {
              conditions: [
                {
                  type: "Ready",
                  status: "False",
                  reason: "SecretSyncedError",
                  message: "could not get secret data from provider",
                },
              ],
            },
          },
        ]),
        externalSecretEvents: [
          {
            metadata: metadata("e", "orders"),
            reason: "UpdateFailed",
            message: "Secret does not exist",
            involvedObject: { name: "shop-password-external" },
          },
        ],
      },
      /^fail: ExternalSecret shop-password-external is not ready: ClusterSecretStore "vault", key "shop\/db": SecretSyncedError: could not get secret data from provider: Secret does not exist -> correct the store/,
    ],
    [
      "an ExternalSecret that does not exist",
      externalSecretsCheck,
      { entries: [inStore], externalSecrets: yes([]) },
      /^fail: ExternalSecret shop-password-external does not exist -> deploy it: npx tapctl up$/,
    ],
    [
      "a missing permission for Secrets",
      secretsCheck,
      { secrets: no },
      /^warn: not checked: you may not -> ask an administrator/,
    ],
    [
      "a lock of an ended run",
      locksCheck,
      {
        waiting: yes([{ workflow: "orders-2", holder: "orders-1" }]),
        workflows: yes([workflow("orders-1", "orders", "Failed")]),
      },
      /^fail: orders-2 waits for the lock of orders-1, which has ended or is gone/,
    ],
    [
      "a state whose run does not exist",
      statesCheck,
      {
        states: yes([
          {
            pipeline: "orders",
            savedBy: "20261125T110000Z-000000",
            savedAt: "2026-11-25T11:00:00Z",
            hasRun: false,
            newestGood: "20261125T100000Z-000000",
            bookmarks: [],
            identity: SAVED.identity,
          },
        ]),
      },
      /^warn: orders: the state was saved at 2026-11-25T11:00:00Z by 20261125T110000Z-000000, which does not exist; the newest successful run is 20261125T100000Z-000000 -> this is expected after a manual change/,
    ],
    [
      "a bookmark in the future",
      statesCheck,
      { states: yes([{ ...SAVED, bookmarks: bookmark("2027-01-02T01:23:20") }]) },
      /^fail: orders: its bookmark 2027-01-02T01:23:20 is 38 days in the future: runs skip everything before it -> check: npx tapctl state history orders; roll back: npx tapctl state rollback orders$/,
    ],
    [
      "a bookmark of one stream in the future",
      statesCheck,
      {
        states: yes([
          {
            ...SAVED,
            bookmarks: newestBookmarks(
              toJsonText({ bookmarks: { old: "2026-11-01", users: "2026-12-25" } }),
            ),
          },
        ]),
      },
      /^fail: orders: the bookmark of stream "users" 2026-12-25 is 30 days in the future/,
    ],
    [
      "a state of another source",
      statesCheck,
      {
        states: yes([
          { ...SAVED, bookmarks: [], identity: { ...SAVED.identity, source: "0123456789abcdef" } },
        ]),
      },
      /^fail: orders: its saved state belongs to a different source than in the array/,
    ],
    [
      "a state of another destination",
      statesCheck,
      {
        states: yes([
          {
            ...SAVED,
            bookmarks: [],
            identity: { ...SAVED.identity, destination: "0123456789abcdef" },
          },
        ]),
      },
      /^fail: orders: its saved state belongs to a different destination than in the array; the next run will fail -> start over: npx tapctl run orders --full-refresh; or resume from the saved state: npx tapctl run orders --keep-state$/,
    ],
    [
      "pipelines missing from the array or the cluster",
      deployedCheck,
      {
        entries: [ORDERS, { ...ORDERS, name: "users" }],
        crons: yes([cronWorkflow("orders") as never, cronWorkflow("old") as never]),
      },
      /^warn: in the array but not deployed: users -> deploy them: npx tapctl up\nwarn: deployed but not in the array: old/,
    ],
  ];
  for (const [what, check, change, text] of cases)
    test(`doctor: it reports ${what}`, () => assert.match(found(check, change), text));

  test("doctor: it reports no problem for states, Secrets, locks and schedules in order", () => {
    assert.match(
      found(locksCheck, {
        waiting: yes([{ workflow: "orders-2", holder: "orders-1" }]),
        workflows: yes([workflow("orders-1", "orders", "Running")]),
      }),
      /^ok: 1 waiting for runs in progress$/,
    );
    assert.match(
      found(secretsCheck, {
        entries: [ORDERS, { ...ORDERS, name: "not-deployed" }, TIDY],
        crons: yes([cronWorkflow("orders") as never, cronWorkflow("tidy") as never]),
      }),
      /^ok: all 1 exist$/,
    );
    assert.match(
      found(statesCheck, {
        states: yes([
          {
            pipeline: "orders",
            savedBy: "20261125T090000Z-000000",
            savedAt: "x",
            hasRun: false,
            newestGood: "20261125T100000Z-000000",
            bookmarks: [],
            identity: SAVED.identity,
          },
        ]),
      }),
      /^ok/,
    );
    for (const value of ["2026-11-26T01:59:59", "2026-11-26", "2026-11-24"])
      assert.match(
        found(statesCheck, { states: yes([{ ...SAVED, bookmarks: bookmark(value) }]) }),
        /^ok/,
        "dates may be in another time zone",
      );
    const off = {
      metadata: metadata("orders", "orders", { creationTimestamp: "2026-11-24T00:00:00Z" }),
      spec: { schedules: ["0 6 * * *"], suspend: true, workflowSpec: {} },
    };
    const said = (message: string, managedFields: ReturnType<typeof written>[] = []) =>
      scheduled(["0 6 * * *"], {
        metadata: { ...metadata("orders", "orders"), managedFields },
        status: { conditions: [{ type: "SpecError", status: "True", message }] },
      });
    assert.match(
      found(schedulesCheck, {
        crons: yes([said("cron schedule 61 * * * * is malformed: above maximum")]),
      }),
      /^ok/,
      "the error belongs to an earlier schedule",
    );
    const [before, after] = ["2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"];
    assert.match(
      found(schedulesCheck, {
        crons: yes([
          said("no such template", [
            written("pulumi-kubernetes-1", after),
            written("workflow-controller", before, "f:status"),
          ]),
        ]),
      }),
      /^ok/,
      "the error is older than the fixed schedule",
    );
    assert.match(
      found(schedulesCheck, {
        crons: yes([
          said("no such template", [
            written("pulumi-kubernetes-1", before),
            written("workflow-controller", after, "f:status"),
          ]),
        ]),
      }),
      /^fail: orders: Argo reports SpecError: no such template/,
    );
    assert.match(
      found(schedulesCheck, {
        crons: yes([said("cron schedule CRON_TZ=UTC 0 6 * * * is malformed: why ever")]),
      }),
      /^fail/,
    );
    assert.match(
      found(schedulesCheck, { crons: yes([off]), entries: [{ ...ORDERS, suspend: true }] }),
      /^ok/,
    );
    for (const change of [
      { managedFields: [written("pulumi-kubernetes-1", "2026-11-25T11:00:00Z")] },
      { managedFields: [written("kubectl", "2026-11-25T11:00:00Z")] },
    ]) {
      const changed = {
        ...off,
        metadata: { ...off.metadata, ...change },
        spec: { ...off.spec, suspend: false },
      };
      assert.match(
        found(schedulesCheck, { crons: yes([changed]) }),
        /^ok/,
        "not due since it was changed",
      );
    }
  });
});

test("doctor: a missing permission is reported, and all other checks run", async (t) => {
  const { api, connect } = await standIn(t);
  api.put("deployments", {
    ...controller("x:v4.1.2", 1),
    metadata: {
      ...controller("x", 1).metadata,
      labels: { "app.kubernetes.io/component": "workflow-controller" },
    },
  });
  for (const name of TEMPLATES) api.put("workflowtemplates", { metadata: metadata(name, "-") });
  api.put("cronworkflows", cronWorkflow("orders"));
  api.put("workflows", {
    ...workflow("orders-2", "orders", "Pending"),
    status: {
      phase: "Pending",
      synchronization: { mutex: { waiting: [{ holder: "pipelines/orders-1" }] } },
    },
  });
  api.put("secrets", {
    metadata: metadata("pipeline-orders", "orders"),
    data: { "tap-config.json": "e30=" },
  });
  api.forbid("list pods");
  api.forbid("patch cronworkflows");
  const facts = await readFacts(await connect(), [ORDERS]);
  assert.deepEqual(facts.secrets, { ok: true, value: ["pipeline-orders"] });
  assert.ok(
    api.seen
      .filter(({ url }) => /secrets\?/.test(url))
      .every(({ accept }) => accept.includes("PartialObjectMetadataList")),
    "their content is not requested",
  );
  const findings = CHECKS.flatMap((check) => check(facts))
    .filter(({ level }) => level !== "ok")
    .map(({ check, found: text }) => `${check}: ${textWith(text)}`);
  assert.deepEqual(
    findings.map((text) => text.split(":")[0]),
    ["permissions", "permissions", "bucket", "images", "locks", "settings", "states", "slots"],
  );
  assert.match(
    findings.join("\n"),
    /missing rule: verbs: \["patch"\], resources: \["cronworkflows"\]/,
  );
  assert.match(
    findings.join("\n"),
    /bucket: Namespace "pipelines" of the cluster "stand-in" has no pipelines: its ConfigMap artifact-repositories with the key "singer" does not exist/,
  );
  assert.match(
    findings.join("\n"),
    /images: not checked: You are not allowed to list pods\.\nMissing rule/,
  );
  assert.match(
    findings.join("\n"),
    /locks: orders-2 waits for the lock of orders-1, which has ended or is gone/,
  );
});

test("doctor: registries are queried for the images of deployed pipelines, each image once", async (t) => {
  const requests: string[] = [];
  const registry = (answer: (path: string) => number) =>
    standInRegistry(t, ({ url = "" }, response) => {
      requests.push(url);
      response.writeHead(url === "/v2/" ? 200 : answer(url)).end();
    });
  const open = await registry((path) => (path.endsWith("/gone/manifests/1") ? 404 : 200));
  const closed = await registry(() => 401);
  const { api, connect } = await standIn(t);
  const withImages = (name: string, values: { readonly [parameter: string]: string }) => ({
    metadata: cronWorkflow(name).metadata,
    spec: {
      workflowSpec: {
        arguments: {
          parameters: Object.entries(values).map(([parameter, value]) => ({
            name: parameter,
            value,
          })),
        },
      },
    },
  });
  api.put("workflowtemplates", {
    metadata: metadata("singer-artifact", "-"),
    spec: {
      arguments: {
        parameters: ["tapImage", "targetImage", "jobImage"].map((name) => ({
          name,
          value: `${open}/runner@sha256:4c`,
        })),
      },
    },
  });
  api.put(
    "cronworkflows",
    withImages("orders", {
      tapImage: `${open}/gone:1`,
      targetImage: `${open}/target:1`,
      followUps: JSON.stringify([{ name: "x", image: `${closed}/dbt:1` }]),
    }),
  );
  api.put(
    "cronworkflows",
    withImages("users", {
      tapImage: `${open}/target:1`,
      targetImage: "127.0.0.1:9/target:1",
      followUps: "text",
    }),
  );
  const { images } = await readFacts(await connect(), []);
  assert.deepEqual(
    images.ok && images.value.map(({ image, there }) => [image, there]).sort(),
    [
      ["127.0.0.1:9/target:1", undefined],
      [`${open}/gone:1`, false],
      [`${open}/runner@sha256:4c`, true],
      [`${open}/target:1`, true],
      [`${closed}/dbt:1`, undefined],
    ].sort(),
  );
  assert.equal(requests.filter((path) => path === "/v2/target/manifests/1").length, 1);
  assert.ok(requests.includes("/v2/runner/manifests/sha256:4c"));
  assert.deepEqual(
    (await askRegistries([`${open}/target:1`], "https://10.0.0.1:6443")).map(({ there }) => there),
    [undefined],
    "the nodes' localhost is another one",
  );
});

suite("Role in docs/operating.md", () => {
  /** The missing rules of a user with these Roles, with the store at this endpoint. */
  const missing = async (
    t: TestContext,
    endpoint: string,
    roles: Roles,
  ): Promise<readonly string[]> => {
    const { api, connect } = await standIn(t);
    api.put("configmaps", {
      metadata: { name: "artifact-repositories", namespace: "pipelines" },
      data: {
        singer: artifactRepository({
          name: "singer",
          endpoint,
          insecure: true,
          secret: "object-store",
          addressing: "path",
        }),
      },
    });
    api.restrict(roles);
    const { rights } = await readFacts(await connect(), []);
    assert.ok(rights.ok);
    return rights.value.flatMap(({ rule, allowed }) => (allowed ? [] : [rule]));
  };
  const [own = [], ofStore = []] = documentedRules();

  test("Role in docs/operating.md: it suffices for doctor, wherever the store is", async (t) => {
    assert.deepEqual(
      await missing(t, "minio.minio.svc:9000", { pipelines: own, minio: ofStore }),
      [],
    );
    assert.deepEqual(
      await missing(t, "objects.storage.svc.cluster.local:9000", {
        pipelines: own,
        storage: ofStore,
      }),
      [],
    );
    for (const outside of ["s3.amazonaws.com", "objects.example.com"])
      assert.deepEqual(await missing(t, outside, { pipelines: own }), [], "no port is forwarded");
  });

  test("Role in docs/operating.md: doctor needs each of its rules", async (t) => {
    for (const rules of [own, ofStore]) {
      for (const rule of rules) {
        const less = (all: readonly Rule[]) => all.filter((one) => one !== rule);
        assert.notDeepEqual(
          await missing(t, "minio.minio.svc:9000", { pipelines: less(own), minio: less(ofStore) }),
          [],
          JSON.stringify(rule),
        );
      }
    }
  });

  test("doctor: a missing rule is reported with its names and namespace", async (t) => {
    const lacking = await missing(t, "minio.objects.svc:9000", {
      pipelines: own.filter(({ resources }) => !resources.includes("secrets")),
      objects: ofStore.filter(({ resources }) => !resources.includes("pods")),
    });
    assert.deepEqual(lacking, [
      'verbs: ["get"], resources: ["secrets"], apiGroups: [""], resourceNames: ["object-store"], in namespace "pipelines"',
      'verbs: ["list"], resources: ["pods"], apiGroups: [""], in namespace "objects"',
    ]);
  });
});

test("doctor: problems of settings in the store are reported without their content", async () => {
  const store = openFolder(temporaryFolder());
  const kept: PipelineEntry = {
    name: "kept",
    schedule: "0 6 * * *",
    configFrom: "store",
    tap: tapRestApi({ api_url: "http://127.0.0.1:9" }),
    target: targetJsonl({}),
  };
  await store.put(
    "configs/kept/tap-config.json",
    '{"api_url":"http://source","password":"hunter2"}',
  );
  const seen = async () =>
    (await configFact(store, kept))?.problems.map(({ what, todo }) => [
      what,
      textWith(todo).replaceAll("npx tapctl config ", ""),
    ]);
  assert.deepEqual(await seen(), [
    ["configs/kept/target-config.json does not exist", "store it with: put kept --target FILE"],
  ]);
  await store.put("configs/kept/target-config.json", "{}");
  assert.deepEqual(await configFact(store, kept), { pipeline: "kept", problems: [] });
  await store.put("configs/kept/catalog.json", '{"streams":[{"hunter2');
  await store.put("configs/kept/tap-config.json", '["hunter2"]');
  const fixOf = (part: string) =>
    `download it: get kept --out DIR; then store a corrected file: put kept --${part} FILE${part === "catalog" ? "; or delete it, if the tap can discover its catalog: remove kept catalog" : ""}`;
  assert.deepEqual(await seen(), [
    ["configs/kept/tap-config.json: is not a JSON object, as settings of a tap are.", fixOf("tap")],
    ["configs/kept/catalog.json: is not JSON.", fixOf("catalog")],
  ]);
  assert.equal(await configFact(store, ORDERS), undefined);
});
