import { settingsOf, type Tap } from "../model/connector";
import { isSecretReference, type Json, type JsonObject } from "../model/connector-settings";
import type { Replication } from "../model/replication";
import { streamRulesOf, type StreamSelection } from "../model/stream-rules";
import { matchesStream } from "../model/stream-pattern";
import { aboutState, plain, type Fact } from "./fact";
import { atMost, code } from "./markdown";
import { optionFacts, policyFacts } from "./stream-options";

const MOST_NAMES = 20;

/** Streams gained and lost by a replication, and bookmarks that no longer match. */
export function streamFacts(before: Replication, after: Replication): readonly Fact[] {
  return [
    ...selectionFacts(streamRulesOf(before), streamRulesOf(after)),
    ...policyFacts(before, after),
    ...declarationFacts(declaredStreams(before.tap), declaredStreams(after.tap)),
  ];
}

/** The streams of a new replication, as one fact. */
export function streamList(entry: Replication): Fact {
  const names = selectedRules(streamRulesOf(entry))?.map(({ stream }) => stream) ?? [
    ...declaredStreams(entry.tap).keys(),
  ];
  return plain(names.length === 0 ? "streams: the tap's default" : `streams: ${listed(names)}`);
}

/**
 * A tap's settings without streams declared on only one side, which are covered by stream facts.
 */
export function settingsOfCommonStreams(tap: Tap, other: Tap): JsonObject {
  const settings = settingsOf(tap);
  const others = declaredStreams(other);
  if (declaredStreams(tap).size === 0 || others.size === 0) return settings;
  return {
    ...settings,
    streams: (settings["streams"] as readonly Json[]).filter((item) =>
      others.has((item as { readonly name: string }).name),
    ),
  };
}

function selectionFacts(
  before: readonly StreamSelection[] | undefined,
  after: readonly StreamSelection[] | undefined,
): readonly Fact[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined)
    return [
      aboutState(
        `streams are now selected: ${listed((selectedRules(after) ?? []).map(({ stream }) => stream))}; all others are no longer replicated`,
      ),
    ];
  if (after === undefined)
    return [
      plain(
        `streams are no longer selected: the tap's default applies instead of ${listed((selectedRules(before) ?? []).map(({ stream }) => stream))}`,
      ),
    ];
  const named = [...new Set([...before, ...after].map(({ stream }) => stream))];
  const lost = named.filter((stream) => covers(before, stream) && !covers(after, stream));
  const gained = named.filter((stream) => !covers(before, stream) && covers(after, stream));
  const kept = named.filter((stream) => covers(before, stream) && covers(after, stream));
  return [
    ...lostAndGained(lost, gained),
    ...kept.flatMap((stream) =>
      ruleFacts(stream, effective(before, stream), effective(after, stream)),
    ),
  ];
}

/** Streams declared in a tap's settings, as with taps for REST APIs. */
function declaredStreams(tap: Tap): ReadonlyMap<string, JsonObject> {
  const { streams } = settingsOf(tap);
  if (!Array.isArray(streams)) return new Map();
  const items = (streams as readonly Json[]).filter(
    (item): item is JsonObject =>
      typeof item === "object" && item !== null && !Array.isArray(item) && !isSecretReference(item),
  );
  return items.length === streams.length && items.every(({ name }) => typeof name === "string")
    ? new Map(items.map((item) => [item["name"] as string, item]))
    : new Map();
}

function declarationFacts(
  before: ReadonlyMap<string, JsonObject>,
  after: ReadonlyMap<string, JsonObject>,
): readonly Fact[] {
  const lost = [...before.keys()].filter((name) => !after.has(name));
  const gained = [...after.keys()].filter((name) => !before.has(name));
  const rekeyed = [...before].flatMap(([name, { replication_key: old }]) =>
    keyFacts(name, textOf(old), textOf(after.get(name)?.["replication_key"]), after.has(name)),
  );
  return [...lostAndGained(lost, gained), ...rekeyed];
}

function lostAndGained(lost: readonly string[], gained: readonly string[]): readonly Fact[] {
  return [
    ...(lost.length > 0
      ? [
          aboutState(
            `streams removed: ${listed(lost)}; their bookmarks are kept, and used if they are added again`,
          ),
        ]
      : []),
    ...(gained.length > 0
      ? [plain(`streams added: ${listed(gained)}; their first run replicates everything`)]
      : []),
  ];
}

function ruleFacts(
  stream: string,
  before: StreamSelection,
  after: StreamSelection,
): readonly Fact[] {
  const sameMethod = before.replicationMethod === after.replicationMethod;
  return [
    // A key that is removed along with the method is not mentioned separately.
    ...keyFacts(
      stream,
      before.replicationKey,
      after.replicationKey,
      sameMethod || after.replicationKey !== undefined,
    ),
    ...(sameMethod ? [] : [methodFact(stream, before.replicationMethod, after.replicationMethod)]),
    ...propertyFacts(stream, "include", before.include, after.include),
    ...propertyFacts(stream, "exclude", before.exclude, after.exclude),
    ...propertyFacts(stream, "columns", before.columns, after.columns),
    ...optionFacts(stream, before, after),
  ];
}

function keyFacts(
  stream: string,
  before: string | undefined,
  after: string | undefined,
  stays: boolean,
): readonly Fact[] {
  if (!stays || before === after) return [];
  if (before === undefined)
    return [plain(`${code(stream)} now uses replication key ${code(after ?? "")}`)];
  return [
    aboutState(
      `${code(stream)}: replication key ${code(before)} → ${after === undefined ? "none" : code(after)}; the saved bookmark is a value of ${code(before)}`,
    ),
  ];
}

function methodFact(stream: string, before: string | undefined, after: string | undefined): Fact {
  const text = `${code(stream)}: replication method ${before === undefined ? "default" : code(before)} → ${after === undefined ? "default" : code(after)}`;
  return before === undefined || before === "FULL_TABLE"
    ? plain(text)
    : aboutState(`${text}; the saved bookmark can no longer be used`);
}

function propertyFacts(
  stream: string,
  field: "include" | "exclude" | "columns",
  before: readonly string[] = [],
  after: readonly string[] = [],
): readonly Fact[] {
  const [added, gone] = [
    after.filter((one) => !before.includes(one)),
    before.filter((one) => !after.includes(one)),
  ];
  if (added.length === 0 && gone.length === 0) return [];
  const parts = [
    ...(added.length > 0 ? [`added ${listed(added)}`] : []),
    ...(gone.length > 0 ? [`removed ${listed(gone)}`] : []),
  ];
  return [plain(`${code(stream)}: ${field} ${parts.join(", ")}`)];
}

/** All matching rules apply, and later ones take precedence, as in the runner. */
function effective(rules: readonly StreamSelection[], stream: string): StreamSelection {
  return rules
    .filter((rule) => matchesStream(rule.stream, stream))
    .reduce<StreamSelection>((merged, rule) => ({ ...merged, ...rule }), { stream });
}

/** Whether rules select a stream, which the last that matches it decides. */
function covers(rules: readonly StreamSelection[], stream: string): boolean {
  const last = rules.findLast((rule) => matchesStream(rule.stream, stream));
  return last !== undefined && last.ignore !== true;
}

function selectedRules(
  rules: readonly StreamSelection[] | undefined,
): readonly StreamSelection[] | undefined {
  return rules?.filter(({ ignore }) => ignore !== true);
}

function listed(names: readonly string[]): string {
  return atMost(names, MOST_NAMES, code).join(", ");
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
