import type {
  Affinity,
  LabelCondition,
  Scheduling,
  Toleration,
  TopologySpread,
} from "../scheduling";
import {
  all,
  isFields,
  kindOf,
  list,
  oneOf,
  quote,
  record,
  repeated,
  rules,
  text,
  wholeNumber,
  type Check,
} from "./checks";
import { labels, nodeLabels, qualifiedName } from "./labels";
import { harmless } from "./names";

/** Any text on a pod reaches Argo, which would fill in `{{`. */
const anyText = text(harmless);

const labelKey = text(rules(harmless, qualifiedName));

/** Name of a PriorityClass or RuntimeClass: a DNS subdomain. */
const className = text((value) =>
  /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(value)
    ? undefined
    : `must be the name of a Kubernetes object: lowercase letters, digits, "-" and "."`,
);

const tolerationFields: { readonly [Key in keyof Required<Toleration>]: Check } = {
  key: labelKey,
  operator: oneOf("Equal", "Exists"),
  value: anyText,
  effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"),
  tolerationSeconds: wholeNumber(0, Number.MAX_SAFE_INTEGER),
};

/** Kubernetes refuses a pod with a toleration that breaks these rules. */
const toleration: Check = all(record(tolerationFields), (value, at) => {
  if (!isFields(value)) return [];
  const { key, operator, value: compared, effect, tolerationSeconds } = value;
  return [
    ...(key === undefined && operator !== "Exists"
      ? [`${at}: without a key the operator must be "Exists"`]
      : []),
    ...(operator === "Exists" && compared !== undefined && compared !== ""
      ? [`${at}.value: the operator "Exists" accepts any value`]
      : []),
    ...(tolerationSeconds !== undefined && effect !== "NoExecute"
      ? [`${at}.tolerationSeconds: is for the effect "NoExecute" only`]
      : []),
  ];
});

const spreadFields: { readonly [Key in keyof Required<TopologySpread>]: Check } = {
  topologyKey: labelKey,
  maxSkew: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
};

/** Kubernetes refuses a pod with two constraints of the same key and policy. */
const topologySpread: Check = all(list(record(spreadFields, ["topologyKey"])), (value, at) => {
  if (!Array.isArray(value)) return [];
  const keys = value.flatMap((one: unknown) =>
    isFields(one) && typeof one["topologyKey"] === "string" ? [one["topologyKey"]] : [],
  );
  return repeated(keys).map((key) => `${at}: ${quote(key)} is listed more than once`);
});

const conditionFields = (
  operators: readonly string[],
): { readonly [Key in keyof Required<LabelCondition>]: Check } => ({
  key: labelKey,
  operator: oneOf(...operators),
  values: list(anyText),
});

function condition(operators: readonly string[]): Check {
  return all(record(conditionFields(operators), ["key", "operator"]), (value, at) => {
    if (!isFields(value)) return [];
    const { operator, values } = value;
    const without = operator === "Exists" || operator === "DoesNotExist";
    if (without && values !== undefined)
      return [`${at}.values: the operator ${quote(operator)} has none`];
    if (!without && values === undefined) return [`${at}.values is missing`];
    return (operator === "Gt" || operator === "Lt") && Array.isArray(values) && values.length > 1
      ? [`${at}.values: the operator ${quote(operator)} has one`]
      : [];
  });
}

const ON_PODS = ["In", "NotIn", "Exists", "DoesNotExist"];
const nodeTerm = record({ matchExpressions: list(condition([...ON_PODS, "Gt", "Lt"])) }, [
  "matchExpressions",
]);
const podTerm = record(
  {
    topologyKey: labelKey,
    labelSelector: record({ matchLabels: nodeLabels, matchExpressions: list(condition(ON_PODS)) }),
    namespaces: list(anyText),
  },
  ["topologyKey", "labelSelector"],
);

function weighted(field: string, term: Check): Check {
  return list(record({ weight: wholeNumber(1, 100), [field]: term }, ["weight", field]));
}

const podPreferences = record({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: weighted("podAffinityTerm", podTerm),
});

const affinityFields: { readonly [Key in keyof Required<Affinity>]: Check } = {
  nodeAffinity: record({
    requiredDuringSchedulingIgnoredDuringExecution: record({ nodeSelectorTerms: list(nodeTerm) }, [
      "nodeSelectorTerms",
    ]),
    preferredDuringSchedulingIgnoredDuringExecution: weighted("preference", nodeTerm),
  }),
  podAffinity: podPreferences,
  podAntiAffinity: podPreferences,
};

const annotations: Check = (value, at) => {
  if (!isFields(value)) return [`${at} must be an object with text values, not ${kindOf(value)}`];
  return Object.entries(value).flatMap(([name, annotation]) => {
    const problem = qualifiedName(name);
    return [
      ...(problem === undefined ? [] : [`${at}: key ${quote(name)}: ${problem}`]),
      ...anyText(annotation, `${at}.${name}`),
    ];
  });
};

const schedulingFields: { readonly [Key in keyof Required<Scheduling>]: Check } = {
  nodeSelector: nodeLabels,
  tolerations: list(toleration, "allowed"),
  affinity: record(affinityFields),
  topologySpread,
  priorityClass: className,
  runtimeClass: className,
  podLabels: labels,
  podAnnotations: annotations,
};

/** Where the pods of runs are placed. */
export const scheduling: Check = record(schedulingFields);
