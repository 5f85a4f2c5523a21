import { UnreadContract } from "../contracts";
import type { DataOptions, Expectations, StreamExpectations } from "../streams";
import {
  isFields,
  kindOf,
  list,
  oneOf,
  quote,
  record,
  text,
  wholeNumber,
  type Check,
} from "./checks";
import { jsonProblems } from "./json";
import { notEmpty } from "./names";
import { duration } from "./quantities";

const expectationFields: { readonly [Key in keyof Required<Expectations>]: Check } = {
  minRecords: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  maxStaleness: duration,
};

/** Expectations of a run's data. */
export const expectations: Check = record(expectationFields);

/** What a run does when a schema has changed. */
export const onSchemaChange: Check = oneOf("load", "warn", "fail");

const streamExpectationFields: { readonly [Key in keyof Required<StreamExpectations>]: Check } = {
  ...expectationFields,
  maxDrop: text((value) => {
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(value);
    return percent && Number(percent[1]) > 0 && Number(percent[1]) <= 100
      ? undefined
      : 'must be a percentage above 0% and up to 100%, such as "50%"';
  }),
  columns: byName("columns", columnExpectation),
};

/** Options of a stream that apply to what the tap sends. */
export const dataOptions: { readonly [Key in keyof Required<DataOptions>]: Check } = {
  lookback,
  mask: byName("properties", oneOf("hash", "null", "drop")),
  onSchemaChange,
  contract,
  expectations: record(streamExpectationFields),
};

/** A column of a primary key that is masked by a method which leaves none. */
export const maskedKeys: Check = (value, at) => {
  if (!isFields(value) || !isFields(value["mask"]) || !Array.isArray(value["primaryKeys"]))
    return [];
  const { mask } = value;
  return (value["primaryKeys"] as readonly unknown[]).flatMap((name) =>
    typeof name === "string" && (mask[name] === "drop" || mask[name] === "null")
      ? [
          `${at}.mask: ${quote(name)} is a primary key and cannot be ${quote(mask[name])}\nUse "hash".`,
        ]
      : [],
  );
};

/** An object with a value for each name, at least one. */
function byName(what: string, check: Check): Check {
  return (value, at) => {
    if (!isFields(value)) return [`${at} must be an object of ${what}, not ${kindOf(value)}`];
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    if (entries.length === 0) return [`${at}: the object is empty`];
    return entries.flatMap(([name, one]) =>
      name === "" ? [`${at}: a name is empty`] : check(one, `${at}.${name}`),
    );
  };
}

function columnExpectation(value: unknown, at: string): readonly string[] {
  if (Array.isArray(value)) return list(allowedValue)(value, at);
  return value === "not null"
    ? []
    : [
        typeof value === "string"
          ? `${at} ${quote(value)}: must be "not null" or a list of values`
          : `${at} must be "not null" or a list of values, not ${kindOf(value)}`,
      ];
}

function allowedValue(value: unknown, at: string): readonly string[] {
  if (value !== null && !["string", "number", "boolean"].includes(typeof value))
    return [`${at} must be text, a number, true, false or null, not ${kindOf(value)}`];
  return jsonProblems(value, at);
}

function lookback(value: unknown, at: string): readonly string[] {
  if (typeof value === "string") return duration(value, at);
  if (typeof value !== "number")
    return [
      `${at} must be a duration such as "10m", or a number for numeric bookmarks, not ${kindOf(value)}`,
    ];
  return Number.isFinite(value) && value > 0 ? [] : [`${at} ${value}: must be above 0`];
}

function contract(value: unknown, at: string): readonly string[] {
  if (typeof value === "string") return text(notEmpty)(value, at);
  if (value instanceof UnreadContract) return [`${at} ${quote(value.file)}: ${value.problem}`];
  return isFields(value)
    ? jsonProblems(value, at)
    : [`${at} must be the path of a JSON file or a JSON Schema, not ${kindOf(value)}`];
}
