import type { Expectations, StreamRule } from "../replication";
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
  wholeNumber,
  type Check,
} from "./checks";
import { jsonProblems } from "./json";
import { notEmpty } from "./names";
import { duration } from "./quantities";
import { JsonText, whyNotJson } from "../../common/json";

const patterns = list(text(notEmpty));

const ruleFields: { readonly [Key in keyof Required<StreamRule>]: Check } = {
  stream: text(notEmpty),
  replicationMethod: oneOf("FULL_TABLE", "INCREMENTAL", "LOG_BASED"),
  replicationKey: text(notEmpty),
  include: patterns,
  exclude: patterns,
};

const rule: Check = all(record(ruleFields, ["stream"]), keyAndMethod);

const name: Check = text(notEmpty);

/** Streams to replicate: names or rules, without duplicates. */
export const streams: Check = all(
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

const expectationFields: { readonly [Key in keyof Required<Expectations>]: Check } = {
  minRecords: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  maxStaleness: duration,
};

/** Expectations of a run's data. */
export const expectations: Check = record(expectationFields);

/** An initial Singer state: an object, or JSON text of one. */
export const initialState: Check = (value, at) => {
  if (typeof value === "string") return stateTextProblems(value, at);
  if (!isFields(value))
    return [`${at} must be an object or the JSON text of one, not ${kindOf(value)}`];
  return Object.keys(value).length === 0
    ? [`${at}: it is empty; remove it to start without a state`]
    : jsonProblems(value, at);
};

function stateTextProblems(text: string, at: string): readonly string[] {
  const why = whyNotJson(text);
  if (why !== undefined) return [`${at}: the text is not JSON${why}`];
  const state = JsonText.parse(text);
  if (state.kind !== "object") return [`${at}: the text must be a JSON object`];
  return state.isEmpty ? [`${at}: it is empty; remove it to start without a state`] : [];
}

function keyAndMethod(value: unknown, at: string): readonly string[] {
  if (!isFields(value) || typeof value["replicationKey"] !== "string") return [];
  const method = value["replicationMethod"];
  if (method === "INCREMENTAL") return [];
  const found = typeof method === "string" ? `not ${quote(method)}` : "which is missing";
  return [
    `${at}.replicationKey ${quote(value["replicationKey"])}: needs replicationMethod "INCREMENTAL", ${found}`,
  ];
}
