import { externalSecretName } from "../../model/connector-settings";
import { externalValues } from "../../manifests/stack/external-secrets";
import { externalSecretProblem } from "../external-secrets";
import { plural } from "../../common/plural";
import type { TextWithCommands } from "../../common/commands";
import { pipelineSecret } from "../../manifests/argo/pipeline-secret";
import { isReplication, type PipelineEntry } from "../../model/define";
import { changedParts, identityOf } from "../../model/identity";
import { secretsOf } from "../../model/validation/secrets";
import { ageOf } from "../../store/state/bookmarks";
import { idleBecause } from "../controller";
import { TEMPLATES } from "../templates";
import { hasEnded } from "../workflows";
import { BUCKET_FIRST, ifKnown, type Check } from "./check";
import { configsCheck } from "./configs";
import type { DoctorFacts, StateFact } from "./facts";
import { fail, ok, warn, type Finding } from "./finding";
import { imagesCheck } from "./images";
import { schedulesCheck } from "./schedules";
import { slotsCheck } from "./slots";

const KINDS = [
  "workflows",
  "cronworkflows",
  "workflowtemplates",
  "workflowtasksets",
  "workflowtaskresults",
  "workflowartifactgctasks",
];
const OLDEST_KUBERNETES = 28;
const ARGO_MAJOR = 4;
/** Helm recreates the bucket only if something in the chart has changed. */
const recreateBucket: TextWithCommands = ({ onStack }) =>
  `recreate it: change objectStore.expireRunsDays by one, then run ${onStack("up")}; then ${RESTORE}`;
const RESTORE =
  'restore its content from a backup if there is one (see "A bucket is missing" in the runbook)';
const SKEW_SECONDS = 5;
/** S3 rejects requests signed with a clock that is off by this much. */
const REFUSED_SKEW_SECONDS = 900;

/** Is the cluster reachable and recent enough? */
export const clusterCheck: Check = ({ api, context }) => {
  if (!api.ok)
    return fail(
      "cluster",
      api.why,
      "start the cluster, log in to it, or choose another one: --context NAME",
    );
  const minor = Number(/^v?1\.(\d+)/.exec(api.value.version)?.[1] ?? Number.NaN);
  if (minor < OLDEST_KUBERNETES)
    return warn(
      "cluster",
      `Kubernetes ${api.value.version}`,
      `upgrade it to 1.${OLDEST_KUBERNETES} or newer`,
    );
  return ok("cluster", `context "${context}", Kubernetes ${api.value.version}`);
};

/** Do the clocks of this machine and the cluster agree? */
export const clockCheck: Check = ({ api, now }) => {
  if (!api.ok || Number.isNaN(api.value.time)) return [];
  const skew = Math.round((now.getTime() - api.value.time) / 1000);
  const off = `this machine is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} the cluster`;
  if (Math.abs(skew) >= REFUSED_SKEW_SECONDS)
    return fail("clocks", off, "correct this machine's clock: S3 rejects its signatures");
  return Math.abs(skew) > SKEW_SECONDS
    ? warn("clocks", off, "synchronize the clocks with NTP: ages and delays are wrong by as much")
    : ok("clocks", "agree");
};

/** Are Argo's resource definitions installed? */
export const definitionsCheck: Check = ({ api }) => {
  if (!api.ok) return [];
  const missing = KINDS.filter((kind) => !(api.value.argo ?? []).includes(kind));
  if (missing.length > 0)
    return fail(
      "definitions",
      `the cluster has no ${missing.join(", ")} in argoproj.io/v1alpha1`,
      ({ onStack }) => `install Argo Workflows: ${onStack("up")}`,
    );
  return ok("definitions", "all Argo resources are installed");
};

/** Is Argo's controller running in a supported version? */
export const controllerCheck: Check = ({ controllers, controllerPods }) =>
  ifKnown("controller", controllers, (found) => {
    const [controller, ...others] = found;
    if (controller === undefined)
      return fail(
        "controller",
        "there is no Deployment with app.kubernetes.io/component=workflow-controller",
        ({ onStack }) => `install Argo Workflows: ${onStack("up")}`,
      );
    const where = `${controller.metadata.namespace}/${controller.metadata.name}`;
    const version = /:v?(\d+)[^:/]*$/.exec(
      controller.spec.template?.spec?.containers?.[0]?.image ?? "",
    );
    const restarts = controllerPods.ok
      ? Math.max(
          0,
          ...controllerPods.value
            .flatMap(({ status }) => status?.containerStatuses ?? [])
            .map(({ restartCount }) => restartCount ?? 0),
        )
      : 0;
    const several =
      others.length > 0
        ? warn(
            "controller",
            `${found.length} controllers: ${found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(", ")}`,
            "restrict each to its own namespaces, or remove all but one: two controllers start runs twice",
          )
        : [];
    const idle = idleBecause(controller);
    if (idle !== undefined) return [...several, ...fail("controller", idle.found, idle.todo)];
    if (version !== null && Number(version[1]) < ARGO_MAJOR)
      return [
        ...several,
        ...fail(
          "controller",
          `${where} has version ${version[1]}`,
          `upgrade Argo Workflows to version ${ARGO_MAJOR}`,
        ),
      ];
    if (restarts > 3)
      return [
        ...several,
        ...warn("controller", `${where} restarted ${restarts} times`, ({ kubectl }) =>
          kubectl(`logs -p -n ${controller.metadata.namespace} deploy/${controller.metadata.name}`),
        ),
      ];
    return [...several, ...ok("controller", `${where} is ready`)];
  });

/** Does the user have the permissions that the command needs? */
export const rightsCheck: Check = ({ rights }) =>
  ifKnown("permissions", rights, (found) => {
    const missing = found.filter(({ allowed }) => !allowed);
    if (missing.length === 0) return ok("permissions", `all ${found.length} rules are granted`);
    return missing.flatMap(({ rule, neededBy }) =>
      warn("permissions", `missing rule: ${rule}`, `needed by ${neededBy}; add it to your Role`),
    );
  });

/** Do the WorkflowTemplates that all runs use exist? */
export const templatesCheck: Check = ({ missingTemplates, namespace }) =>
  ifKnown("templates", missingTemplates, (missing) =>
    missing.length === 0
      ? ok("templates", `WorkflowTemplates ${TEMPLATES.join(", ")}`)
      : fail(
          "templates",
          `namespace "${namespace}" has no WorkflowTemplate ${missing.join(", ")}`,
          ({ onStack }) =>
            `deploy the stack: ${onStack("up")}; or name its namespace: --namespace NAME`,
        ),
  );

/** Does the bucket exist, and is it versioned? */
export const bucketCheck: Check = ({ bucket }) => {
  if (!bucket.ok)
    return fail(
      "bucket",
      bucket.why,
      "no run can start or end without it: check the object store's pods, its Secret object-store and the ConfigMap artifact-repositories",
    );
  const { name } = bucket.value;
  if (bucket.value.is === "missing")
    return fail(
      "bucket",
      `bucket ${name} does not exist, and its state, settings and extracts are gone`,
      bucket.value.inCluster ? recreateBucket : `create it with versioning; then ${RESTORE}`,
    );
  return bucket.value.versioned
    ? ok("bucket", `${name} is reachable and versioned`)
    : warn(
        "bucket",
        `${name} is not versioned`,
        "enable versioning, so that an overwritten state can be restored",
      );
};

/** Names of the existing Secrets that an entry refers to. */
function existingSecrets(entry: PipelineEntry): readonly string[] {
  return secretsOf(entry).flatMap(({ reference: { kubernetes, externalSecret } }) =>
    kubernetes && !externalSecret ? kubernetes.name : [],
  );
}

/** Do the Secrets that runs of the deployed pipelines mount exist? */
export const secretsCheck: Check = ({ secrets, crons, entries }) =>
  ifKnown(
    "secrets",
    secrets,
    (found) => {
      if (!crons.ok) return [];
      const deployed = new Set(crons.value.map(({ metadata }) => metadata.name));
      const needed = entries
        .filter(({ name }) => deployed.has(name))
        .flatMap((entry) => [
          ...[pipelineSecret(entry)?.name].filter((name) => name !== undefined),
          ...existingSecrets(entry),
        ]);
      const missing = [...new Set(needed)].filter((name) => !found.includes(name));
      const existing = new Set(entries.flatMap(existingSecrets));
      if (missing.length === 0) return ok("secrets", `all ${new Set(needed).size} exist`);
      return missing.flatMap((name) =>
        fail("secrets", `Secret ${name} does not exist`, ({ onStack }) =>
          existing.has(name)
            ? "create it, or correct its name in the array; tapctl does not create it"
            : `if it was deleted manually, restore it with: ${onStack("up")}`,
        ),
      );
    },
    "ask an administrator to run doctor: permission to list Secrets includes reading their content",
  );

/** Has External Secrets Operator created the Secrets of the array? */
export const externalSecretsCheck: Check = ({ externalSecrets, entries }) => {
  const names = externalValues(entries).map(({ name }) => externalSecretName(name));
  if (names.length === 0) return [];
  return ifKnown("external secrets", externalSecrets, (found) => {
    const byName = new Map(found.map((one) => [one.metadata.name, one]));
    const failures = names.flatMap((name) => {
      const object = byName.get(name);
      if (object === undefined)
        return fail(
          "external secrets",
          `ExternalSecret ${name} does not exist`,
          ({ onStack }) => `deploy it: ${onStack("up")}`,
        );
      const problem = externalSecretProblem(object);
      return problem === undefined
        ? []
        : fail("external secrets", problem, "correct the store, or the key in the array");
    });
    return failures.length === 0
      ? ok("external secrets", `all ${names.length} are ready`)
      : failures;
  });
};

/** Does a run wait for a lock that will never be released? */
export const locksCheck: Check = ({ waiting, workflows, namespace }) =>
  ifKnown("locks", waiting, (found) => {
    if (!workflows.ok) return [];
    const alive = new Set(
      workflows.value
        .filter((workflow) => !hasEnded(workflow))
        .map(({ metadata }) => metadata.name),
    );
    const dead = found.filter(({ holder }) => !alive.has(holder));
    if (dead.length === 0)
      return ok(
        "locks",
        found.length === 0 ? "no run is waiting" : `${found.length} waiting for runs in progress`,
      );
    return dead.flatMap(({ workflow, holder }) =>
      fail(
        "locks",
        `${workflow} waits for the lock of ${holder}, which has ended or is gone`,
        ({ kubectl }) =>
          `restart the controller, which reloads its locks; then check the run: ${kubectl(`get workflow ${workflow} -n ${namespace}`)}`,
      ),
    );
  });

/**
 * Is a saved state without a good run, ahead of the current time, or from another source or
 * destination?
 */
export const statesCheck: Check = ({ states, now, entries }) =>
  ifKnown(
    "states",
    states,
    (found) => {
      const each = found.flatMap((state) =>
        "unreadable" in state
          ? fail("states", `${state.pipeline}: ${state.unreadable}`, state.todo)
          : [...unbacked(state), ...ahead(state, now), ...foreign(state, entries)],
      );
      const problems = [...each, ...withoutRuns(found.filter((state) => "savedBy" in state))];
      return problems.length > 0
        ? problems
        : ok("states", `${found.length} saved, each by an existing run`);
    },
    BUCKET_FIRST,
  );

/**
 * If all runs have expired or were lost with the bucket, nothing indicates that the state is wrong.
 */
function withoutRuns(states: readonly StateFact[]): readonly Finding[] {
  const names = states
    .filter(({ hasRun, newestGood }) => !hasRun && newestGood === null)
    .map(({ pipeline }) => pipeline);
  if (names.length === 0) return [];
  return warn(
    "states",
    `saved by runs that no longer exist, with no other successful run: ${names.join(", ")}`,
    "if they were restored from a backup or the runs have expired, do nothing: the next runs resume from these states",
  );
}

function unbacked({
  pipeline,
  savedBy,
  savedAt,
  newestGood,
  hasRun,
}: StateFact): readonly Finding[] {
  if (hasRun || newestGood === null || savedBy <= newestGood) return [];
  return warn(
    "states",
    `${pipeline}: the state was saved at ${savedAt} by ${savedBy}, which does not exist; the newest successful run is ${newestGood}`,
    ({ tapctl }) =>
      `this is expected after a manual change; otherwise roll back: ${tapctl(`state history ${pipeline}`)}, then ${tapctl(`state rollback ${pipeline}`)}`,
  );
}

function ahead({ pipeline, bookmarks }: StateFact, now: Date): readonly Finding[] {
  return bookmarks.flatMap((bookmark) => {
    const age = ageOf(bookmark, now);
    if (age >= 0) return [];
    const days = Math.max(1, Math.round(-age / 86_400));
    const where =
      bookmark.stream === null ? "its bookmark" : `the bookmark of stream "${bookmark.stream}"`;
    return fail(
      "states",
      `${pipeline}: ${where} ${bookmark.value} is ${plural(days, "day")} in the future: runs skip everything before it`,
      ({ tapctl }) =>
        `check: ${tapctl(`state history ${pipeline}`)}; roll back: ${tapctl(`state rollback ${pipeline}`)}`,
    );
  });
}

/** States that the next run rejects with exit code 17. */
function foreign(
  { pipeline, identity }: StateFact,
  entries: DoctorFacts["entries"],
): readonly Finding[] {
  const entry = entries.find(({ name }) => name === pipeline);
  if (entry === undefined || !isReplication(entry)) return [];
  const others = changedParts(identity, identityOf(entry));
  if (others.length === 0) return [];
  return fail(
    "states",
    `${pipeline}: its saved state belongs to a different ${others.join(" and ")} than in the array; the next run will fail`,
    ({ tapctl }) =>
      `start over: ${tapctl(`run ${pipeline} --full-refresh`)}; or resume from the saved state: ${tapctl(`run ${pipeline} --keep-state`)}`,
  );
}

/** Do the array and the cluster contain the same pipelines? */
export const deployedCheck: Check = ({ crons, entries }) =>
  ifKnown("pipelines", crons, (found) => {
    const there = new Set(found.map(({ metadata }) => metadata.name));
    const names = entries.map(({ name }) => name);
    const missing = names.filter((name) => !there.has(name));
    const others = [...there].filter((name) => !names.includes(name));
    const problems = [
      ...(missing.length > 0
        ? warn(
            "pipelines",
            `in the array but not deployed: ${missing.join(", ")}`,
            ({ onStack }) => `deploy them: ${onStack("up")}`,
          )
        : []),
      ...(others.length > 0
        ? warn(
            "pipelines",
            `deployed but not in the array: ${others.join(", ")}`,
            ({ onStack }) =>
              `the next ${onStack("up")} deletes them; if that is not intended, check the checkout, cluster and namespace`,
          )
        : []),
    ];
    return problems.length > 0 ? problems : ok("pipelines", `${entries.length}, all deployed`);
  });

/** All checks, in the order in which problems should be fixed. */
export const CHECKS: readonly Check[] = [
  clusterCheck,
  clockCheck,
  definitionsCheck,
  controllerCheck,
  rightsCheck,
  templatesCheck,
  bucketCheck,
  imagesCheck,
  secretsCheck,
  externalSecretsCheck,
  schedulesCheck,
  locksCheck,
  configsCheck,
  statesCheck,
  slotsCheck,
  deployedCheck,
];
