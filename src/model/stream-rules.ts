import type { JsonObject } from "./connector-settings";
import { UnreadContract } from "./contracts";
import type { Replication } from "./replication";
import type {
  ColumnExpectation,
  MaskMethod,
  ReplicationMethod,
  SchemaChangePolicy,
  StreamExpectations,
  StreamOptions,
  StreamRule,
} from "./streams";
import { durationSeconds } from "./units";

/** A rule of either form of `streams`. */
export interface StreamSelection extends StreamRule {
  /** Columns in the order in which they count, `!` before those to exclude: the object form. */
  readonly columns?: readonly string[];

  /** Leaves the stream out, even if an earlier rule selects it: the object form's `"ignore"`. */
  readonly ignore?: true;
}

const CATALOG_FIELDS = [
  "stream",
  "replicationMethod",
  "replicationKey",
  "include",
  "exclude",
  "columns",
  "primaryKeys",
  "ignore",
] as const satisfies readonly (keyof StreamSelection)[];

/** What the runner's `select` file holds for a rule. */
export type CatalogRule = Pick<StreamSelection, (typeof CATALOG_FIELDS)[number]>;

/** What the runner's `rules` file holds for a stream or a pattern. */
export interface DataRule {
  readonly stream: string;
  /** Seconds before a date or time, or a number to subtract from a numeric bookmark. */
  readonly lookback?: { readonly seconds: number } | { readonly number: number };
  readonly mask?: { readonly [property: string]: MaskMethod };
  readonly onSchemaChange?: SchemaChangePolicy;
  /** JSON Schema. */
  readonly contract?: JsonObject;
  readonly expect?: {
    readonly minRecords?: number;
    /** In seconds. */
    readonly maxStaleness?: number;
    /** Greatest part of the records that may be missing, 0 to 1. */
    readonly maxDrop?: number;
    readonly columns?: { readonly [column: string]: ColumnExpectation };
  };
}

const METHODS: {
  readonly [Name in NonNullable<StreamOptions["replication"]>]: ReplicationMethod;
} = { "full-table": "FULL_TABLE", incremental: "INCREMENTAL", "log-based": "LOG_BASED" };

/** Names of `replication` in the object form. */
export const REPLICATIONS: readonly string[] = Object.keys(METHODS);

/**
 * Rules of an entry in the order written, whichever form it has. Undefined if the tap decides which
 * streams to read.
 */
export function streamRulesOf({
  streams,
}: {
  readonly streams?: Replication["streams"] | undefined;
}): readonly StreamSelection[] | undefined {
  if (streams === undefined) return undefined;
  return isList(streams)
    ? streams.map((stream) => (typeof stream === "string" ? { stream } : stream))
    : Object.entries(streams).map(([stream, options]) =>
        options === "ignore" ? { stream, ignore: true } : ruleOf(stream, options),
      );
}

/** What the tap's catalog is changed by. Undefined if the tap decides which streams to read. */
export function catalogRules(
  entry: Pick<Replication, "streams">,
): readonly CatalogRule[] | undefined {
  return streamRulesOf(entry)?.map(
    (rule) =>
      Object.fromEntries(
        CATALOG_FIELDS.filter((field) => rule[field] !== undefined).map((field) => [
          field,
          rule[field],
        ]),
      ) as unknown as CatalogRule,
  );
}

/**
 * What the runner does with each stream's data, in the order in which it counts. Undefined if
 * nothing, so that such a pipeline pays nothing.
 */
export function dataRules(
  entry: Pick<Replication, "streams" | "onSchemaChange">,
): readonly DataRule[] | undefined {
  const { onSchemaChange } = entry;
  const rules = [
    ...(onSchemaChange === undefined ? [] : [{ stream: "*", onSchemaChange }]),
    ...(streamRulesOf(entry) ?? []).map(dataRule).filter((rule) => Object.keys(rule).length > 1),
  ];
  return rules.length === 0 ? undefined : rules;
}

function ruleOf(stream: string, options: StreamOptions): StreamSelection {
  const { replication, key, ...others } = options;
  const method = replication ?? (key === undefined ? undefined : "incremental");
  return {
    stream,
    ...(method !== undefined && { replicationMethod: METHODS[method] }),
    ...(key !== undefined && { replicationKey: key }),
    ...others,
  };
}

function dataRule(rule: StreamSelection): DataRule {
  const { stream, lookback, mask, onSchemaChange, contract, expectations } = rule;
  return {
    stream,
    ...(lookback !== undefined && { lookback: lookbackOf(lookback) }),
    ...(mask && { mask: mask as DataRule["mask"] & object }),
    ...(onSchemaChange !== undefined && { onSchemaChange }),
    ...(contract !== undefined && { contract: requireRead(stream, contract) }),
    ...(expectations && { expect: expected(expectations) }),
  };
}

function lookbackOf(lookback: NonNullable<StreamRule["lookback"]>): DataRule["lookback"] & object {
  return typeof lookback === "number"
    ? { number: lookback }
    : { seconds: durationSeconds(lookback) ?? 0 };
}

function expected(expectations: StreamExpectations): DataRule["expect"] & object {
  const { minRecords, maxStaleness, maxDrop, columns } = expectations;
  return {
    ...(minRecords !== undefined && { minRecords }),
    ...(maxStaleness !== undefined && { maxStaleness: durationSeconds(maxStaleness) ?? 0 }),
    ...(maxDrop !== undefined && { maxDrop: Number(maxDrop.slice(0, -1)) / 100 }),
    ...(columns && { columns: columns as { readonly [column: string]: ColumnExpectation } }),
  };
}

function requireRead(stream: string, contract: string | JsonObject): JsonObject {
  if (typeof contract !== "string" && !(contract instanceof UnreadContract)) return contract;
  throw new Error(`the contract of "${stream}" was not read`);
}

function isList(
  streams: NonNullable<Replication["streams"]>,
): streams is readonly (string | StreamRule)[] {
  return Array.isArray(streams);
}
