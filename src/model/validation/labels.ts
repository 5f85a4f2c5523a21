import { isFields, kindOf, quote, rules, text, type Check, type Rule } from "./checks";
import { harmless } from "./names";

/** Prefixes of labels that Kubernetes, Argo and this project set, subdomains included. */
const RESERVED = ["kubernetes.io", "k8s.io", "argoproj.io"];

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Kubernetes labels by name.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const labels: Check = labelsBy(keyRule);

/** Labels of nodes and of other pods, which may be Kubernetes' own. */
export const nodeLabels: Check = labelsBy(qualifiedName);

function labelsBy(nameRule: Rule): Check {
  return (value, at) => {
    if (!isFields(value)) return [`${at} must be an object with text values, not ${kindOf(value)}`];
    return Object.entries(value)
      .filter(([, label]) => label !== undefined)
      .flatMap(([key, label]) => [
        ...keyProblems(key, at, nameRule),
        ...labelValue(label, `${at}.${key}`),
      ]);
  };
}

const labelValue: Check = text(
  rules(harmless, (value) => {
    if (value.length > 63) return `it has ${value.length} characters, at most 63 are allowed`;
    return value === "" || NAME.test(value)
      ? undefined
      : `must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit`;
  }),
);

function keyProblems(key: string, at: string, nameRule: Rule): readonly string[] {
  const problem = rules(harmless, nameRule)(key);
  return problem === undefined ? [] : [`${at}: key ${quote(key)}: ${problem}`];
}

function keyRule(key: string): ReturnType<Rule> {
  const [, prefix] = key.split("/").reverse();
  if (RESERVED.some((owner) => prefix === owner || prefix?.endsWith(`.${owner}`)))
    return `the prefix "${prefix}/" is reserved`;
  return qualifiedName(key);
}

/** Name of a label or annotation: up to 63 characters, after an optional DNS name and a "/". */
export function qualifiedName(key: string): ReturnType<Rule> {
  const [name = "", prefix] = key.split("/").reverse();
  if (
    prefix !== undefined &&
    (key.split("/").length > 2 || prefix.length > 253 || !SUBDOMAIN.test(prefix))
  )
    return `must have a DNS name before the "/", such as "example.com/team"`;
  if (name.length > 63) return `it has ${name.length} characters, at most 63 are allowed`;
  return NAME.test(name)
    ? undefined
    : `must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit`;
}
