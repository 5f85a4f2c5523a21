import { isSecretReference } from "../connector-settings";
import { batchFiles } from "./batches";
import type { EntryBase } from "../entry";
import type { Job } from "../job";
import type { CatalogOptions, Replication } from "../replication";
import {
  flag,
  isFields,
  kindOf,
  oneOf,
  quote,
  record,
  rules,
  text,
  wholeNumber,
  type Check,
  type Fields,
} from "./checks";
import { connector, connectorNameOf, settingsSize, type ConfigFrom } from "./connectors";
import { containerFields, followUps } from "./containers";
import { labels } from "./labels";
import { harmless, oneLine, pipelineName, untemplated } from "./names";
import { duration, idleTimeout, memory } from "./quantities";
import { missingForLog } from "./log";
import { notifications } from "./notifications";
import { MOST_SLICES } from "./parallel";
import { pairResources, retries } from "./resources";
import { scheduling } from "./scheduling";
import { schedules, timezone } from "./schedules";
import { secretProblems } from "./secrets";
import { containerSizes } from "./sizes";
import { impossibleMasks, lookbackTwice } from "./stream-data";
import { expectations, onSchemaChange } from "./stream-options";
import { initialState, rulesWithPlaces, streams } from "./streams";

const catalogFields: { readonly [Key in keyof Required<CatalogOptions>]: Check } = {
  maxAge: duration,
};

/** The salt is a secret, so messages do not contain a text in its place. */
const maskSalt: Check = (value, at) =>
  isSecretReference(value)
    ? []
    : [`${at} must be a secret, such as secret("mask-salt"), not ${kindOf(value)}`];

const kind = oneOf("replication", "job");

const baseFields: { readonly [Key in keyof Required<EntryBase>]: Check } = {
  name: text(pipelineName),
  formerName: text(pipelineName),
  description: text(rules(oneLine, untemplated)),
  schedule: schedules,
  timezone,
  suspend: flag,
  deadline: duration,
  retries,
  notifications,
  owner: text(rules(oneLine, harmless)),
  labels,
  onRemove: oneOf("delete", "orphan"),
  role: oneOf("shared", "own"),
  scheduling,
};

const jobFields: { readonly [Key in keyof Required<Job>]: Check } = {
  ...baseFields,
  ...containerFields,
  kind,
};

const job = record(jobFields, ["name", "schedule", "image", "command"]);

const replicationFields = (
  configFrom: ConfigFrom,
): { readonly [Key in keyof Required<Replication>]: Check } => ({
  ...baseFields,
  kind,
  tap: connector("tap", configFrom),
  target: connector("target", configFrom),
  streams,
  onSchemaChange,
  catalog: record(catalogFields, ["maxAge"]),
  maskSalt,
  mode: oneOf("artifact", "stream"),
  parallel: wholeNumber(1, MOST_SLICES),
  initialState,
  resources: pairResources,
  expectations,
  idleTimeout,
  maxSlotLag: memory,
  followUps,
  configFrom: oneOf("array", "store"),
});

const replicationBy: { readonly [From in ConfigFrom]: Check } = {
  array: record(replicationFields("array"), ["name", "schedule", "tap", "target"]),
  store: record(replicationFields("store"), ["name", "schedule", "tap", "target"]),
};

/** Problems of a single entry. */
export function entryProblems(entry: unknown): readonly string[] {
  if (!isFields(entry)) return [`must be an object, not ${kindOf(entry)}`];
  return [
    ...fieldProblems(entry),
    ...ownFormerName(entry),
    ...saltOfHashes(entry),
    ...impossibleMasks(entry),
    ...lookbackTwice(entry),
    ...filesInStreamMode(entry),
    ...storeInStreamMode(entry),
    ...initialStateInArray(entry),
    ...overwriteInStreamMode(entry),
    ...missingForLog(entry),
    ...batchFiles(entry),
    ...settingsSize(entry),
    ...containerSizes(entry),
    ...secretProblems(entry),
  ];
}

function fieldProblems(entry: Fields): readonly string[] {
  const looksLikeJob =
    entry["image"] !== undefined && entry["tap"] === undefined && entry["target"] === undefined;
  if (entry["kind"] === "job") return job(entry, "");
  if (looksLikeJob && entry["kind"] === undefined)
    return [`kind is missing: an entry with an image is a job, kind: "job"`, ...job(entry, "")];
  if (looksLikeJob) return job(entry, "");
  return replicationBy[entry["configFrom"] === "store" ? "store" : "array"](entry, "");
}

function ownFormerName(entry: Fields): readonly string[] {
  const { name, formerName } = entry;
  return typeof name === "string" && name === formerName
    ? [`formerName ${quote(name)}: is the current name`]
    : [];
}

function saltOfHashes({ streams, maskSalt }: Fields): readonly string[] {
  if (maskSalt !== undefined) return [];
  const hashed = rulesWithPlaces(streams).flatMap(({ at, rule }) =>
    Object.entries(isFields(rule.mask) ? rule.mask : {})
      .filter(([, method]) => method === "hash")
      .map(([property]) => `${at}.mask.${property}`),
  );
  return hashed.length === 0
    ? []
    : [
        `maskSalt is missing: ${hashed[0]} is "hash"\nSet it to a secret, such as secret("mask-salt").`,
      ];
}

function filesInStreamMode(entry: Fields): readonly string[] {
  const { mode, target } = entry;
  const definition = isFields(target) ? target["connector"] : undefined;
  if (mode !== "stream" || !isFields(definition) || typeof definition["outputSetting"] !== "string")
    return [];
  return [
    `mode "stream": ${connectorNameOf(definition)} writes files, which are not saved in stream mode on the cluster\nUse mode "artifact".`,
  ];
}

function storeInStreamMode({ mode, configFrom }: Fields): readonly string[] {
  return mode === "stream" && configFrom === "store"
    ? [
        `mode "stream": with configFrom "store" the tap would see the target's settings, because both run in one pod\nUse mode "artifact".`,
      ]
    : [];
}

/**
 * With settings from the store, the initial state is read from there too: one in the array would be
 * ignored.
 */
function initialStateInArray({ name, initialState, configFrom }: Fields): readonly string[] {
  return initialState !== undefined && configFrom === "store"
    ? [
        `initialState: with configFrom "store" the initial state is in the store\nStore it with \`tapctl config put ${String(name)} --state FILE\`.`,
      ]
    : [];
}

/**
 * A target that empties or replaces its table keeps half of the rows if the tap fails, which stream
 * mode cannot prevent: the input ends as if it were complete.
 */
function overwriteInStreamMode({ mode, streams, target }: Fields): readonly string[] {
  if (mode !== "stream" || !isFields(target)) return [];
  const defaults = isFields(target["connector"]) ? target["connector"]["defaults"] : undefined;
  const settings = {
    ...(isFields(defaults) ? defaults : {}),
    ...(isFields(target["settings"]) ? target["settings"] : {}),
  };
  const setting =
    settings["mode"] === "replace"
      ? `mode "replace" of the target`
      : settings["load_method"] === "overwrite"
        ? `load_method "overwrite"`
        : undefined;
  const rules = rulesWithPlaces(streams).filter(({ rule }) => !rule.ignore);
  const arePart = rules.every(({ rule }) =>
    ["INCREMENTAL", "LOG_BASED"].includes(String(rule.replicationMethod)),
  );
  if (setting === undefined || (rules.length > 0 && arePart)) return [];
  const [field, incremental, logBased] =
    streams === undefined || Array.isArray(streams)
      ? ["replicationMethod", "INCREMENTAL", "LOG_BASED"]
      : ["replication", "incremental", "log-based"];
  return [
    `mode "stream": ${setting} empties a table before a FULL_TABLE extract is known to be complete\nGive every stream ${field} "${incremental}" or "${logBased}", or use mode "artifact".`,
  ];
}
