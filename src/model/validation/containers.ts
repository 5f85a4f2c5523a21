import type { ContainerArgs } from "../entry";
import type { FollowUp } from "../replication";
import { isSecretReference } from "../connector-settings";
import {
  all,
  isFields,
  kindOf,
  list,
  quote,
  record,
  repeated,
  rules,
  text,
  wholeNumber,
  type Check,
} from "./checks";
import { followUpName, harmless, notEmpty, withoutNul } from "./names";
import { duration } from "./quantities";
import { resources } from "./resources";

/** An image with its tag or digest. */
export const image: Check = text(
  rules(notEmpty, harmless, (value) => {
    if (/\s/.test(value)) return "must not contain spaces";
    return /[^/]+(:[^/]+|@sha256:[0-9a-f]{64})$/.test(value)
      ? undefined
      : `must end with a tag or a digest, such as ":1.9.0" or "@sha256:…"`;
  }),
);

const command: Check = all(list(text(withoutNul)), (value, at) =>
  Array.isArray(value) && value[0] === "" ? [`${at}[0]: the program's name is empty`] : [],
);

const env: Check = (value, at) => {
  if (!isFields(value)) return [`${at} must be an object, not ${kindOf(value)}`];
  return Object.entries(value)
    .filter(([, given]) => given !== undefined)
    .flatMap(([name, given]) => [
      ...variableName(name, at),
      ...(isSecretReference(given) ? [] : variableValue(given, `${at}.${name}`)),
    ]);
};

/** Fields of a container, for records with additional fields. */
export const containerFields: { readonly [Key in keyof Required<ContainerArgs>]: Check } = {
  image,
  command,
  env,
  resources,
  runAsUser: wholeNumber(1, 2 ** 31 - 1),
};

const followUpFields: { readonly [Key in keyof Required<FollowUp>]: Check } = {
  ...containerFields,
  name: text(followUpName),
  deadline: duration,
};

/** Containers that run after the load, with unique names. */
export const followUps: Check = all(
  list(record(followUpFields, ["name", "image", "command"]), "allowed"),
  (value, at) => {
    if (!Array.isArray(value)) return [];
    const names = value.map((one: unknown) => (isFields(one) ? one["name"] : undefined));
    return repeated(names.filter((name) => typeof name === "string")).map(
      (name) => `${at}: name ${quote(name)} is used more than once`,
    );
  },
);

function variableName(name: string, at: string): readonly string[] {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? []
    : [`${at}: name ${quote(name)}: must be letters, digits and "_", not starting with a digit`];
}

/** Messages do not contain the value, which may be a secret. */
function variableValue(value: unknown, at: string): readonly string[] {
  if (typeof value !== "string")
    return [`${at} must be text or secret("name"), not ${kindOf(value)}`];
  const problem = withoutNul(value);
  return problem === undefined ? [] : [`${at}: ${problem}`];
}
