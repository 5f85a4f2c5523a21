import type { JsonObject } from "../model/connector-settings";
import type { ReplicationMethod, StreamRule } from "../model/streams";
import { matchesStream } from "../model/stream-pattern";
import type { Carried, LeftOver } from "./left-over";
import type { ResolvedPlugin } from "./plugins";

const METHODS: ReadonlySet<string> = new Set([
  "FULL_TABLE",
  "INCREMENTAL",
  "LOG_BASED",
] satisfies readonly ReplicationMethod[]);

interface Pattern {
  readonly excludes: boolean;
  readonly stream: string;
  readonly property: string;
}

/**
 * Converts an extractor's `select` and `metadata` to stream rules; undefined if the tap's defaults
 * apply.
 *
 * As in Meltano, exclusions win regardless of order, and everything is selected without patterns.
 *
 * @param hasCatalog whether the tap is known to support a catalog, which rules require.
 */
export function carryStreams(
  plugin: ResolvedPlugin,
  hasCatalog: boolean,
): Carried<readonly StreamRule[] | undefined> {
  const leftOver: LeftOver[] = [];
  const note = (text: string) =>
    void leftOver.push({ where: `${plugin.place} extractor ${plugin.name}`, text });
  const patterns = plugin.select?.map((text) => patternOf(text, note));
  if (patterns === undefined && !hasCatalog && Object.keys(plugin.metadata).length === 0)
    return { value: undefined, leftOver };
  const selected = selectedRules(
    patterns ?? [{ excludes: false, stream: "*", property: "*" }],
    note,
  );
  return { value: withMetadata(selected, plugin.metadata, note), leftOver };
}

function patternOf(text: string, note: (text: string) => void): Pattern {
  const excludes = text.startsWith("!");
  const [stream = "", property = "*"] = splitAtDot(excludes ? text.slice(1) : text);
  if (/[?[\]]/.test(stream + property))
    note(
      `select ${JSON.stringify(text)}: only * is supported as a wildcard; ? and [ ] were replaced with *, which matches more`,
    );
  if (property.includes("."))
    note(
      `select ${JSON.stringify(text)}: nested properties cannot be selected; the rule now selects all of ${JSON.stringify(property.split(".")[0])}`,
    );
  return { excludes, stream: widened(stream), property: widened(property.split(".")[0] ?? "*") };
}

/** Splits at the first dot that is not escaped with a backslash. */
function splitAtDot(text: string): readonly [string, string] {
  const match = /^((?:\\.|[^.\\])*)(?:\.(.*))?$/s.exec(text);
  return [(match?.[1] ?? text).replace(/\\\./g, "."), match?.[2]?.replace(/\\\./g, ".") || "*"];
}

function widened(glob: string): string {
  return glob.replace(/\[[^\]]*\]|\?/g, "*").replace(/\*+/g, "*");
}

function selectedRules(
  patterns: readonly Pattern[],
  note: (text: string) => void,
): readonly StreamRule[] {
  const included = patterns.filter(({ excludes }) => !excludes);
  const excluded = patterns.filter(({ excludes }) => excludes);
  if (included.length === 0)
    note("select contains only exclusions; everything else is now selected");
  const streams =
    included.length === 0 ? ["*"] : [...new Set(included.map(({ stream }) => stream))];
  const excludedStreams = excluded
    .filter(({ property }) => property === "*")
    .map(({ stream }) => stream);
  for (const stream of excludedStreams)
    if (!streams.includes(stream))
      note(
        stream === "*"
          ? `select "!*" excludes everything; this was ignored`
          : `select excludes ${JSON.stringify(stream)}, which rules cannot express: instead of a pattern that matches it, list the streams to replicate`,
      );
  return streams
    .filter((stream) => !excludedStreams.includes(stream))
    .map((stream) => {
      const include = included
        .filter((pattern) => pattern.stream === stream)
        .map(({ property }) => property);
      const exclude = excluded
        .filter(
          (pattern) =>
            pattern.property !== "*" &&
            (pattern.stream === stream || matchesStream(pattern.stream, stream)),
        )
        .map(({ property }) => property);
      return {
        stream,
        ...(include.length > 0 && !include.includes("*") && { include: [...new Set(include)] }),
        ...(exclude.length > 0 && { exclude: [...new Set(exclude)] }),
      };
    });
}

/**
 * All matching rules apply, and later ones take precedence, so metadata of more specific streams
 * comes last.
 */
function withMetadata(
  rules: readonly StreamRule[],
  metadata: ResolvedPlugin["metadata"],
  note: (text: string) => void,
): readonly StreamRule[] {
  const entries = Object.entries(metadata).map(([name, fields]) => ({
    stream: widened(name.replace(/\\\./g, ".")),
    replication: replicationOf(name, fields, note),
  }));
  const own = rules.map((rule) =>
    entries
      .filter(({ stream }) => stream === rule.stream || matchesStream(stream, rule.stream))
      .reduce((merged, { replication }) => ({ ...merged, ...replication }), rule),
  );
  const narrower = entries.filter(
    ({ stream, replication }) =>
      Object.keys(replication).length > 0 &&
      !rules.some((rule) => rule.stream === stream || matchesStream(stream, rule.stream)),
  );
  const covered = narrower.filter(({ stream }) =>
    rules.some((rule) => matchesStream(rule.stream, stream)),
  );
  for (const { stream } of narrower.filter((one) => !covered.includes(one)))
    note(`metadata of ${JSON.stringify(stream)} matches no selected stream; it was omitted`);
  return [...own, ...covered.map(({ stream, replication }) => ({ stream, ...replication }))];
}

function replicationOf(
  name: string,
  fields: JsonObject,
  note: (text: string) => void,
): Pick<StreamRule, "replicationMethod" | "replicationKey"> {
  const {
    "replication-method": method,
    "forced-replication-method": forced,
    "replication-key": key,
    ...others
  } = fields;
  if (Object.keys(others).length > 0)
    note(
      `metadata of ${JSON.stringify(name)}: ${Object.keys(others).join(", ")} ${Object.keys(others).length === 1 ? "is" : "are"} not converted; only replication-method and replication-key are`,
    );
  const given = method ?? forced ?? (typeof key === "string" ? "INCREMENTAL" : undefined);
  const known = typeof given === "string" ? given.toUpperCase() : undefined;
  if (known === undefined) return {};
  if (!METHODS.has(known))
    note(
      `metadata of ${JSON.stringify(name)}: unknown replication-method ${JSON.stringify(given)}`,
    );
  if (!METHODS.has(known)) return {};
  return {
    replicationMethod: known as ReplicationMethod,
    ...(known === "INCREMENTAL" &&
      typeof key === "string" &&
      key !== "" && { replicationKey: key }),
  };
}
