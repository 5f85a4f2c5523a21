import { kubectl, stackCommand, tapctl } from "../../common/command-text";
import { pipelineSecret } from "../../manifests/argo/pipeline-secret";
import { isReplication } from "../../model/define";
import { changedParts, identityOf } from "../../model/identity";
import { ageOf } from "../../store/state/bookmarks";
import { idleBecause } from "../controller";
import { TEMPLATES } from "../templates";
import { hasEnded } from "../workflows";
import { BUCKET_FIRST, look, type Check } from "./check";
import { configsCheck } from "./configs";
import type { DoctorFacts, StateFact } from "./facts";
import { fail, ok, warn, type Finding } from "./finding";
import { imagesCheck } from "./images";
import { schedulesCheck } from "./schedules";

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
/** Helm makes the bucket again only where something of the chart has changed. */
const remakeBucket = (): string =>
  `change objectStore.expireRunsDays by a day, then ${stackCommand("up")}`;
const BRING_BACK =
  'bring back what was in it where there is a copy, as the runbook says under "A bucket is missing"';
const SKEW_SECONDS = 5;
/** S3 refuses requests that are signed by a clock which is this far off. */
const REFUSED_SKEW_SECONDS = 900;

/** Is the cluster there, and new enough? */
export const clusterCheck: Check = ({ api, context }) => {
  if (!api.ok)
    return fail("cluster", api.why, "start it, log in to it, or choose another: --context NAME");
  const minor = Number(/^v?1\.(\d+)/.exec(api.value.version)?.[1] ?? Number.NaN);
  if (minor < OLDEST_KUBERNETES)
    return warn(
      "cluster",
      `Kubernetes ${api.value.version}`,
      `bring it to 1.${OLDEST_KUBERNETES} or newer`,
    );
  return ok("cluster", `context "${context}", Kubernetes ${api.value.version}`);
};

/** Do this machine and the cluster agree on the time? */
export const clockCheck: Check = ({ api, now }) => {
  if (!api.ok || Number.isNaN(api.value.time)) return [];
  const skew = Math.round((now.getTime() - api.value.time) / 1000);
  const off = `this machine is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} the cluster`;
  if (Math.abs(skew) >= REFUSED_SKEW_SECONDS)
    return fail("clocks", off, "set this machine's clock: S3 refuses what it signs");
  return Math.abs(skew) > SKEW_SECONDS
    ? warn("clocks", off, "set the clocks by NTP; ages and lateness are off by as much")
    : ok("clocks", "agree");
};

/** Does the cluster know Argo's objects? */
export const definitionsCheck: Check = ({ api }) => {
  if (!api.ok) return [];
  const missing = KINDS.filter((kind) => !(api.value.argo ?? []).includes(kind));
  if (missing.length > 0)
    return fail(
      "definitions",
      `the cluster does not know ${missing.join(", ")} of argoproj.io/v1alpha1`,
      `install Argo Workflows: ${stackCommand("up")}`,
    );
  return ok("definitions", "all of Argo's kinds");
};

/** Does Argo's controller work, and is it one that the pipelines are made for? */
export const controllerCheck: Check = ({ controllers, controllerPods }) =>
  look("controller", controllers, (found) => {
    const [controller, ...others] = found;
    if (controller === undefined)
      return fail(
        "controller",
        "no Deployment with app.kubernetes.io/component=workflow-controller",
        `install Argo Workflows: ${stackCommand("up")}`,
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
            "let each look after namespaces of its own, or remove the others: two start runs twice",
          )
        : [];
    const idle = idleBecause(controller);
    if (idle !== undefined) return [...several, ...fail("controller", idle.found, idle.todo)];
    if (version !== null && Number(version[1]) < ARGO_MAJOR)
      return [
        ...several,
        ...fail("controller", `${where} is of version ${version[1]}`, `bring it to ${ARGO_MAJOR}`),
      ];
    if (restarts > 3)
      return [
        ...several,
        ...warn(
          "controller",
          `${where} was restarted ${restarts} times`,
          kubectl(`logs -p -n ${controller.metadata.namespace} deploy/${controller.metadata.name}`),
        ),
      ];
    return [...several, ...ok("controller", `${where} is ready`)];
  });

/** May whoever asks do what the command does? */
export const rightsCheck: Check = ({ rights }) =>
  look("permissions", rights, (found) => {
    const missing = found.filter(({ allowed }) => !allowed);
    if (missing.length === 0) return ok("permissions", `all ${found.length} rules`);
    return missing.flatMap(({ rule, neededBy }) =>
      warn("permissions", `missing rule: ${rule}`, `needed by ${neededBy}; add it to your Role`),
    );
  });

/** Are the templates there that all runs are made from? */
export const templatesCheck: Check = ({ missingTemplates, namespace }) =>
  look("templates", missingTemplates, (missing) =>
    missing.length === 0
      ? ok("templates", `WorkflowTemplates ${TEMPLATES.join(", ")}`)
      : fail(
          "templates",
          `namespace "${namespace}" has no WorkflowTemplate ${missing.join(", ")}`,
          `deploy the stack: ${stackCommand("up")}; or name its namespace: --namespace NAME`,
        ),
  );

/** Is the bucket there, and does it keep old versions? */
export const bucketCheck: Check = ({ bucket }) => {
  if (!bucket.ok)
    return fail(
      "bucket",
      bucket.why,
      "without it no run can begin or end; see the object store's pods, its Secret object-store and the ConfigMap artifact-repositories",
    );
  const { name } = bucket.value;
  if (bucket.value.is === "missing")
    return fail(
      "bucket",
      `${name} is not there, nor the states, settings and extracts that were in it`,
      bucket.value.inCluster
        ? `make it again: ${remakeBucket()}; then ${BRING_BACK}`
        : `make it, with versioning; then ${BRING_BACK}`,
    );
  return bucket.value.versioned
    ? ok("bucket", `${name} is reached, and keeps old versions`)
    : warn(
        "bucket",
        `${name} keeps no old versions`,
        "switch versioning on, so that a state that was overwritten can be brought back",
      );
};

/** Are the Secrets there that the runs of the deployed pipelines mount? */
export const secretsCheck: Check = ({ secrets, crons, entries }) =>
  look(
    "secrets",
    secrets,
    (found) => {
      if (!crons.ok) return [];
      const deployed = new Set(crons.value.map(({ metadata }) => metadata.name));
      const needed = entries
        .filter(({ name }) => deployed.has(name))
        .flatMap((entry) => pipelineSecret(entry)?.name ?? []);
      const missing = needed.filter((name) => !found.includes(name));
      if (missing.length === 0) return ok("secrets", `${needed.length}, all there`);
      return missing.flatMap((name) =>
        fail(
          "secrets",
          `the Secret ${name} is not there`,
          `deleted by hand? put it back with: ${stackCommand("up")}`,
        ),
      );
    },
    "ask who may: whoever lists Secrets may read what they hold",
  );

/** Does a run wait for a lock that nobody will give back? */
export const locksCheck: Check = ({ waiting, workflows, namespace }) =>
  look("locks", waiting, (found) => {
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
        found.length === 0 ? "nobody waits" : `${found.length} wait for runs that are under way`,
      );
    return dead.flatMap(({ workflow, holder }) =>
      fail(
        "locks",
        `${workflow} waits for the lock of ${holder}, which has ended or is gone`,
        `restart the controller, which reads its locks anew; then look at the run: ${kubectl(`get workflow ${workflow} -n ${namespace}`)}`,
      ),
    );
  });

/** Was a state saved that no good run stands behind, that leaves out all that comes before a day to come, or that is another pipeline's by now? */
export const statesCheck: Check = ({ states, now, entries }) =>
  look(
    "states",
    states,
    (found) => {
      const each = found.flatMap((state) =>
        "unreadable" in state
          ? fail("states", `${state.pipeline}: ${state.unreadable}`, "its runs fail until then")
          : [...unbacked(state), ...ahead(state, now), ...foreign(state, entries)],
      );
      const problems = [...each, ...alone(found.filter((state) => "savedBy" in state))];
      return problems.length > 0
        ? problems
        : ok("states", `${found.length} saved, each by a run that is there`);
    },
    BUCKET_FIRST,
  );

/** Of runs that have gone with time, or with the bucket, nothing says that the state is wrong. */
function alone(states: readonly StateFact[]): readonly Finding[] {
  const names = states
    .filter(({ hasRun, newestGood }) => !hasRun && newestGood === null)
    .map(({ pipeline }) => pipeline);
  if (names.length === 0) return [];
  return warn(
    "states",
    `no run is there that saved these, nor another good one: ${names.join(", ")}`,
    "where they came back from a copy, or the runs have expired: nothing, the next runs go on from them",
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
    `${pipeline}: the state was saved at ${savedAt} by ${savedBy}, which is no run that is there; the newest good run is ${newestGood}`,
    `right after a change by hand; else go back: ${tapctl(`state history ${pipeline}`)}, then ${tapctl(`state rollback ${pipeline}`)}`,
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
      `${pipeline}: ${where} ${bookmark.value} is ${days === 1 ? "1 day" : `${days} days`} ahead of now: runs leave out all that comes before it`,
      `see: ${tapctl(`state history ${pipeline}`)}; go back: ${tapctl(`state rollback ${pipeline}`)}`,
    );
  });
}

/** What the next run refuses with exit code 17. */
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
    `${pipeline}: its state belongs to another ${others.join(" and another ")} than the array says, and its next run will refuse it`,
    `begin anew: ${tapctl(`run ${pipeline} --full-refresh`)}; or go on from it: ${tapctl(`run ${pipeline} --keep-state`)}`,
  );
}

/** Are the array and the cluster about the same pipelines? */
export const deployedCheck: Check = ({ crons, entries }) =>
  look("pipelines", crons, (found) => {
    const there = new Set(found.map(({ metadata }) => metadata.name));
    const names = entries.map(({ name }) => name);
    const missing = names.filter((name) => !there.has(name));
    const others = [...there].filter((name) => !names.includes(name));
    const problems = [
      ...(missing.length > 0
        ? warn(
            "pipelines",
            `in the array and not deployed: ${missing.join(", ")}`,
            `deploy them: ${stackCommand("up")}`,
          )
        : []),
      ...(others.length > 0
        ? warn(
            "pipelines",
            `deployed and not in the array: ${others.join(", ")}`,
            `the next ${stackCommand("up")} removes them; or this is another checkout, cluster or namespace than you mean`,
          )
        : []),
    ];
    return problems.length > 0 ? problems : ok("pipelines", `${entries.length}, all deployed`);
  });

/** All checks, in the order in which one mends things. */
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
  schedulesCheck,
  locksCheck,
  configsCheck,
  statesCheck,
  deployedCheck,
];
