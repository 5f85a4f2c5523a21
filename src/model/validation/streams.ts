import { JsonText, whyNotJson } from "../../common/json";
import { REPLICATIONS, streamRulesOf, type StreamSelection } from "../stream-rules";
import type { StreamMap, StreamOptions, StreamRule } from "../streams";
import {
  all,
  isFields,
  kindOf,
  list,
  oneOf,
  quote,
  record,
  repeated,
  text,
  type Check,
  type Fields,
} from "./checks";
import { jsonProblems } from "./json";
import { notEmpty } from "./names";
import { didYouMean } from "./nearest";
import { dataOptions, maskedKeys } from "./stream-options";

const name: Check = text(notEmpty);

const patterns = list(name);

const primaryKeys: Check = all(patterns, (value, at) =>
  Array.isArray(value)
    ? repeated(value.map(String)).map((one) => `${at}: ${quote(one)} is listed more than once`)
    : [],
);

const ruleFields: { readonly [Key in keyof Required<StreamRule>]: Check } = {
  stream: name,
  replicationMethod: oneOf("FULL_TABLE", "INCREMENTAL", "LOG_BASED"),
  replicationKey: name,
  include: patterns,
  exclude: patterns,
  primaryKeys,
  ...dataOptions,
};

const optionFields: { readonly [Key in keyof Required<StreamOptions>]: Check } = {
  replication: oneOf(...REPLICATIONS),
  key: name,
  columns: list(
    text((value) =>
      value === "" ? "it is empty" : value === "!" ? 'a name must follow "!"' : undefined,
    ),
  ),
  primaryKeys,
  ...dataOptions,
};

/** Names that the other form has for a field. */
const OPTION_NAMES = {
  replicationMethod: "replication",
  method: "replication",
  replicationKey: "key",
  include: "columns",
  exclude: "columns",
  key_properties: "primaryKeys",
};
const RULE_NAMES = {
  replication: "replicationMethod",
  key: "replicationKey",
  columns: "include",
  key_properties: "primaryKeys",
};

const rule: Check = all(
  record(ruleFields, ["stream"], RULE_NAMES),
  keyAndMethod({ key: "replicationKey", method: "replicationMethod", incremental: "INCREMENTAL" }),
  maskedKeys,
);

const options: Check = all(
  record(optionFields, [], OPTION_NAMES),
  keyAndMethod({ key: "key", method: "replication", incremental: "incremental" }),
  maskedKeys,
);

/** Streams to replicate: an object with options by name, or a list of names and rules without duplicates. */
export const streams: Check = (value, at) => {
  if (Array.isArray(value)) return listForm(value, at);
  return isFields(value)
    ? objectForm(value, at)
    : [`${at} must be an object or a list, not ${kindOf(value)}`];
};

/** The rules of an entry's `streams`, which may be invalid, and where each is. */
export function rulesWithPlaces(
  value: unknown,
): readonly { readonly at: string; readonly rule: StreamSelection }[] {
  if (Array.isArray(value))
    return (value as readonly unknown[]).flatMap((one, index) =>
      typeof one === "string" || isFields(one)
        ? placed([one as string | StreamRule], `streams[${index}]`)
        : [],
    );
  return Object.entries(isFields(value) ? value : {}).flatMap(([stream, one]) =>
    one === "ignore" || isFields(one) ? placed({ [stream]: one }, placeOf("streams", stream)) : [],
  );
}

function placed(value: StreamMap | readonly (string | StreamRule)[], at: string) {
  return (streamRulesOf({ streams: value }) ?? []).map((one) => ({ at, rule: one }));
}

const listForm: Check = all(
  list((value, at) => {
    if (typeof value === "string") return name(value, at);
    return isFields(value)
      ? rule(value, at)
      : [`${at} must be text or an object, not ${kindOf(value)}`];
  }),
  (value, at) => {
    if (!Array.isArray(value)) return [];
    const names = value
      .map((one: unknown) => (isFields(one) ? one["stream"] : one))
      .filter((one) => typeof one === "string");
    return repeated(names).map((one) => `${at}: stream ${quote(one)} is listed more than once`);
  },
);

function objectForm(value: Fields, at: string): readonly string[] {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return [`${at}: the object is empty`];
  return [
    ...entries.flatMap(([stream, one]) => {
      if (stream === "") return [`${at}: the name of a stream is empty`];
      const place = placeOf(at, stream);
      if (isFields(one)) return options(one, place);
      if (typeof one !== "string")
        return [`${place} must be an object or "ignore", not ${kindOf(one)}`];
      return one === "ignore"
        ? []
        : [`${place} ${quote(one)}: must be an object or "ignore"${didYouMean(one, ["ignore"])}`];
    }),
    ...movedNames(Object.keys(value), at),
    ...(entries.every(([, one]) => one === "ignore")
      ? [`${at}: every stream is ignored\nAdd those to replicate, such as "*": {}`]
      : []),
  ];
}

/** JavaScript moves names that are whole numbers before all others, so patterns would win over them. */
function movedNames(names: readonly string[], at: string): readonly string[] {
  const moved = names.find((one) => /^(0|[1-9]\d{0,9})$/.test(one));
  return moved !== undefined && names.some((one) => one.includes("*"))
    ? [
        `${at}: stream ${quote(moved)}: JavaScript puts it before the patterns, which then take precedence\nUse the list form.`,
      ]
    : [];
}

function placeOf(at: string, stream: string): string {
  return `${at}[${quote(stream)}]`;
}

/** An initial Singer state: an object, or JSON text of one. */
export const initialState: Check = (value, at) => {
  if (typeof value === "string") return stateTextProblems(value, at);
  if (!isFields(value))
    return [`${at} must be an object or the JSON text of one, not ${kindOf(value)}`];
  return Object.keys(value).length === 0
    ? [`${at}: it is empty\nRemove it to start without a state.`]
    : jsonProblems(value, at);
};

function stateTextProblems(text: string, at: string): readonly string[] {
  const why = whyNotJson(text);
  if (why !== undefined) return [`${at}: the text is not JSON${why}`];
  const state = JsonText.parse(text);
  if (state.kind !== "object") return [`${at}: the text must be a JSON object`];
  return state.isEmpty ? [`${at}: it is empty\nRemove it to start without a state.`] : [];
}

/** Names of a form's fields. */
interface Replicating {
  readonly key: string;
  readonly method: string;
  /** The method that has a key. */
  readonly incremental: string;
}

/** A key and a lookback need incremental replication; in the object form a key means it. */
function keyAndMethod({ key, method, incremental }: Replicating): Check {
  return (value, at) => {
    if (!isFields(value)) return [];
    const given = value[method];
    if (given === incremental) return [];
    const missing = typeof given !== "string";
    const found = missing ? "which is missing" : `not ${quote(given)}`;
    return [
      ...(typeof value[key] === "string" && !(missing && method === "replication")
        ? [`${at}.${key} ${quote(value[key])}: needs ${method} "${incremental}", ${found}`]
        : []),
      ...(value["lookback"] !== undefined && !missing
        ? [`${at}.lookback: needs ${method} "${incremental}", ${found}`]
        : []),
    ];
  };
}
