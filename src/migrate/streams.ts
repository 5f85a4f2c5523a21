import type { JsonObject } from "../model/connector-settings";
import type { ReplicationMethod, StreamRule } from "../model/replication";
import type { Carried, LeftOver } from "./left-over";
import type { ResolvedPlugin } from "./plugins";

const METHODS: ReadonlySet<string> = new Set([
  "FULL_TABLE",
  "INCREMENTAL",
  "LOG_BASED",
] satisfies readonly ReplicationMethod[]);

interface Pattern {
  readonly leavesOut: boolean;
  readonly stream: string;
  readonly property: string;
}

/**
 * The streams that an extractor's `select` and `metadata` name, as rules; undefined where it takes what it takes.
 *
 * In Meltano an exclusion wins wherever it stands, and without patterns everything is selected.
 *
 * @param hasCatalog whether the tap is known to have a catalog, without which it takes no rules.
 */
export function carryStreams(
  plugin: ResolvedPlugin,
  hasCatalog: boolean,
): Carried<readonly StreamRule[] | undefined> {
  const leftOver: LeftOver[] = [];
  const tell = (text: string) =>
    void leftOver.push({ where: `${plugin.place} extractor ${plugin.name}`, text });
  const patterns = plugin.select?.map((text) => patternOf(text, tell));
  if (patterns === undefined && !hasCatalog && Object.keys(plugin.metadata).length === 0)
    return { value: undefined, leftOver };
  const selected = selectedRules(
    patterns ?? [{ leavesOut: false, stream: "*", property: "*" }],
    tell,
  );
  return { value: withMetadata(selected, plugin.metadata, tell), leftOver };
}

function patternOf(text: string, tell: (text: string) => void): Pattern {
  const leavesOut = text.startsWith("!");
  const [stream = "", property = "*"] = splitAtDot(leavesOut ? text.slice(1) : text);
  if (/[?[\]]/.test(stream + property))
    tell(
      `select ${JSON.stringify(text)}: only * stands for other text here; ? and [ ] were made *, which takes more`,
    );
  if (property.includes("."))
    tell(
      `select ${JSON.stringify(text)}: properties inside of properties are not chosen here; all of ${JSON.stringify(property.split(".")[0])} is meant now`,
    );
  return { leavesOut, stream: widened(stream), property: widened(property.split(".")[0] ?? "*") };
}

/** At the first dot that no backslash takes its meaning from. */
function splitAtDot(text: string): readonly [string, string] {
  const match = /^((?:\\.|[^.\\])*)(?:\.(.*))?$/s.exec(text);
  return [(match?.[1] ?? text).replace(/\\\./g, "."), match?.[2]?.replace(/\\\./g, ".") || "*"];
}

function widened(glob: string): string {
  return glob.replace(/\[[^\]]*\]|\?/g, "*").replace(/\*+/g, "*");
}

function selectedRules(
  patterns: readonly Pattern[],
  tell: (text: string) => void,
): readonly StreamRule[] {
  const taken = patterns.filter(({ leavesOut }) => !leavesOut);
  const left = patterns.filter(({ leavesOut }) => leavesOut);
  if (taken.length === 0) tell("select only leaves out; everything else is taken now");
  const streams = taken.length === 0 ? ["*"] : [...new Set(taken.map(({ stream }) => stream))];
  const gone = left.filter(({ property }) => property === "*").map(({ stream }) => stream);
  for (const stream of gone)
    if (!streams.includes(stream))
      tell(
        stream === "*"
          ? `select "!*" leaves everything out, which cannot be meant; it was dropped`
          : `select leaves ${JSON.stringify(stream)} out, which rules cannot: list the streams that are wanted in place of a pattern that matches it`,
      );
  return streams
    .filter((stream) => !gone.includes(stream))
    .map((stream) => {
      const include = taken
        .filter((pattern) => pattern.stream === stream)
        .map(({ property }) => property);
      const exclude = left
        .filter(
          (pattern) =>
            pattern.property !== "*" &&
            (pattern.stream === stream || matches(pattern.stream, stream)),
        )
        .map(({ property }) => property);
      return {
        stream,
        ...(include.length > 0 && !include.includes("*") && { include: [...new Set(include)] }),
        ...(exclude.length > 0 && { exclude: [...new Set(exclude)] }),
      };
    });
}

/** All rules that match a stream apply and a later one wins, so that metadata of fewer streams stands behind. */
function withMetadata(
  rules: readonly StreamRule[],
  metadata: ResolvedPlugin["metadata"],
  tell: (text: string) => void,
): readonly StreamRule[] {
  const entries = Object.entries(metadata).map(([name, fields]) => ({
    stream: widened(name.replace(/\\\./g, ".")),
    replication: replicationOf(name, fields, tell),
  }));
  const own = rules.map((rule) =>
    entries
      .filter(({ stream }) => stream === rule.stream || matches(stream, rule.stream))
      .reduce((merged, { replication }) => ({ ...merged, ...replication }), rule),
  );
  const narrower = entries.filter(
    ({ stream, replication }) =>
      Object.keys(replication).length > 0 &&
      !rules.some((rule) => rule.stream === stream || matches(stream, rule.stream)),
  );
  const covered = narrower.filter(({ stream }) =>
    rules.some((rule) => matches(rule.stream, stream)),
  );
  for (const { stream } of narrower.filter((one) => !covered.includes(one)))
    tell(`metadata of ${JSON.stringify(stream)} fits no stream that select takes; it was left out`);
  return [...own, ...covered.map(({ stream, replication }) => ({ stream, ...replication }))];
}

function replicationOf(
  name: string,
  fields: JsonObject,
  tell: (text: string) => void,
): Pick<StreamRule, "replicationMethod" | "replicationKey"> {
  const {
    "replication-method": method,
    "forced-replication-method": forced,
    "replication-key": key,
    ...others
  } = fields;
  if (Object.keys(others).length > 0)
    tell(
      `metadata of ${JSON.stringify(name)}: ${Object.keys(others).join(", ")} ${Object.keys(others).length === 1 ? "is" : "are"} not carried over; only replication-method and replication-key are`,
    );
  const given = method ?? forced ?? (typeof key === "string" ? "INCREMENTAL" : undefined);
  const known = typeof given === "string" ? given.toUpperCase() : undefined;
  if (known === undefined) return {};
  if (!METHODS.has(known))
    tell(
      `metadata of ${JSON.stringify(name)}: replication-method ${JSON.stringify(given)} is not known`,
    );
  if (!METHODS.has(known)) return {};
  return {
    replicationMethod: known as ReplicationMethod,
    ...(known === "INCREMENTAL" &&
      typeof key === "string" &&
      key !== "" && { replicationKey: key }),
  };
}

function matches(pattern: string, stream: string): boolean {
  return new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  ).test(stream);
}
