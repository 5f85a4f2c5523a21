import { TEMPLATES } from "../templates";
import { type Check, ifKnown } from "./check";
import { fail, ok, warn } from "./finding";

const KINDS = [
  "workflows",
  "cronworkflows",
  "workflowtemplates",
  "workflowtasksets",
  "workflowtaskresults",
  "workflowartifactgctasks",
];
const OLDEST_KUBERNETES = 28;
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
