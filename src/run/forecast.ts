import type { JsonText } from "../common/json";
import { matchesStream } from "../model/stream-pattern";
import type { StreamSelection } from "../model/stream-rules";
import { messageOf } from "./sample-lines";

/** A stream that a catalog selects. */
export interface CatalogStream {
  /** Name in the catalog. */
  readonly id: string;
  /** All its names. */
  readonly names: readonly string[];
  readonly method: string | undefined;
  /** Replication key. */
  readonly key: string | undefined;
  readonly primaryKeys: readonly string[];
}

/** What a run would replicate of a stream. */
export interface ForecastStream {
  readonly stream: string;
  /** `FULL_TABLE`, `INCREMENTAL` or `LOG_BASED`; undefined if the tap decides. */
  readonly replication?: string;
  readonly key?: string;
  readonly primaryKeys: readonly string[];
  /** The bookmark that it starts from, as JSON text; undefined if it starts from the beginning. */
  readonly bookmark?: string;
  /** How far before the bookmark it starts: a duration, or a number. */
  readonly lookback?: string | number;
}

interface Fields {
  readonly [name: string]: unknown;
}

/** The streams that a catalog selects; undefined if it is not a catalog or selects none, and the tap decides. */
export function catalogStreams(catalog: unknown): readonly CatalogStream[] | undefined {
  const streams = fields(catalog)["streams"];
  if (!Array.isArray(streams)) return undefined;
  const selected = (streams as readonly unknown[]).map(fields).filter(isSelected);
  return selected.length === 0 ? undefined : selected.map(streamOf);
}

/** The streams whose SCHEMA a tap without a catalog sent. */
export function sentStreams(lines: readonly string[]): readonly CatalogStream[] {
  const found = new Map<string, CatalogStream>();
  for (const message of lines.map(messageOf)) {
    if (message?.type !== "SCHEMA" || message.stream === undefined) continue;
    const [key] = list(message["bookmark_properties"]).filter(isText);
    const { stream } = message;
    const primaryKeys = list(message["key_properties"]).filter(isText);
    found.set(stream, { id: stream, names: [stream], method: undefined, key, primaryKeys });
  }
  return [...found.values()];
}

/** What a run would start from, stream by stream. */
export function forecast(
  streams: readonly CatalogStream[],
  state: JsonText | undefined,
  rules: readonly StreamSelection[] = [],
): readonly ForecastStream[] {
  const bookmarks = state?.member("bookmarks");
  return streams.map(({ id, names, method, key, primaryKeys }) => {
    const lookback = rules.findLast(
      (rule) =>
        rule.lookback !== undefined && names.some((name) => matchesStream(rule.stream, name)),
    )?.lookback;
    const bookmark =
      method === "FULL_TABLE"
        ? undefined
        : names.map((name) => bookmarks?.member(name)).find((one) => one !== undefined);
    return {
      stream: id,
      ...(method !== undefined && { replication: method }),
      ...(key !== undefined && { key }),
      primaryKeys,
      ...(bookmark && { bookmark: bookmark.text }),
      ...(bookmark && lookback !== undefined && { lookback }),
    };
  });
}

function isSelected(entry: Fields): boolean {
  const root = rootOf(entry);
  const said = root["selected"] ?? entry["selected"] ?? root["selected-by-default"];
  return said === true || (said === undefined && root["inclusion"] === "automatic");
}

function streamOf(entry: Fields): CatalogStream {
  const root = rootOf(entry);
  const names = [entry["tap_stream_id"], entry["stream"]].filter(isText);
  const forced = root["forced-replication-method"];
  const method = [
    isText(forced) ? forced : fields(forced)["replication-method"],
    root["replication-method"],
    entry["replication_method"],
  ].find(isText);
  return {
    id: names[0] ?? "",
    names: [...new Set(names)],
    method,
    key: [root["replication-key"], entry["replication_key"]].find(isText),
    primaryKeys: list(
      root["table-key-properties"] ?? root["view-key-properties"] ?? entry["key_properties"],
    ).filter(isText),
  };
}

function rootOf(entry: Fields): Fields {
  const root = list(entry["metadata"])
    .map(fields)
    .find(({ breadcrumb }) => list(breadcrumb).length === 0);
  return fields(root?.["metadata"]);
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
