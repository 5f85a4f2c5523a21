/**
 * Reads and edits Singer states. Their format depends on the tap: most have `{"bookmarks":
 * {"<stream>": …}}`, older ones have values at the top level.
 */
import { UserError } from "../../common/errors";
import { JsonText } from "../../common/json";

/** A Singer state; null or undefined for none. */
export type State = JsonText | null | undefined;

/** The newest date or time of a stream's bookmark. */
export interface NewestBookmark {
  /** The stream; null if the state has no streams. */
  readonly stream: string | null;
  /** The value in the state. */
  readonly value: string;
  /**
   * Its time in milliseconds since 1970: a time without a zone is UTC, a date is the end of its
   * day.
   */
  readonly time: number;
}

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;
const DAY_MS = 86_400_000;
const WIDEST_OFFSET_MS = 14 * 3_600_000;
/** Fields that taps of the SDK write during a run. */
const NOT_READ_YET = "replication_key_signpost";

/**
 * Parses a date or time to milliseconds since 1970; undefined for other texts. Like
 * images/singer/runner/freshness.py.
 */
export function timeOf(text: string): number | undefined {
  const match = TIME.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, zone] = match;
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  if (new Date(time).getUTCDate() !== Number(day)) return undefined;
  if (hour === undefined) return time + DAY_MS;
  if (zone === undefined || zone === "Z") return time;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
  return zone.startsWith("+") ? time - offset : time + offset;
}

/**
 * The newest date or time of each stream that has one. Like `marks` of
 * images/singer/runner/freshness.py.
 */
export function newestBookmarks(
  state: State,
  ignored: readonly string[] = [],
): readonly NewestBookmark[] {
  if (!state) return [];
  const streams = [...(bookmarksOf(state)?.members ?? [])];
  const parts: readonly (readonly [string | null, JsonText])[] =
    streams.length > 0 ? streams : [[null, state]];
  return parts.flatMap(([stream, part]) =>
    stream !== null && ignored.includes(stream) ? [] : newestOf(stream, part),
  );
}

/** The latest date or time anywhere in a state; undefined if there is none. */
export function newestBookmark(state: State): NewestBookmark | undefined {
  return [...newestBookmarks(state)].sort((a, b) => b.time - a.time)[0];
}

/**
 * The most conspicuous bookmark: one in the future, otherwise that of the stream furthest behind.
 */
export function oddestBookmark(
  bookmarks: readonly NewestBookmark[],
  now: Date,
): NewestBookmark | undefined {
  const byTime = [...bookmarks].sort((a, b) => a.time - b.time);
  const last = byTime.at(-1);
  return last !== undefined && ageOf(last, now) < 0 ? last : byTime[0];
}

/**
 * Age of a bookmark in seconds; negative if it is in the future in every time zone, because many
 * taps write local times as UTC. The age of a future date counts from its beginning.
 */
export function ageOf({ value, time }: NewestBookmark, now: Date): number {
  const ahead = (value.trim().length <= 10 ? time - DAY_MS : time) - now.getTime();
  return ahead > WIDEST_OFFSET_MS
    ? -Math.round(ahead / 1000)
    : Math.max(0, Math.round((now.getTime() - time) / 1000));
}

/** Names of the streams with bookmarks in a state. */
export function streamsOf(state: State): readonly string[] {
  return [...(bookmarksOf(state)?.members.keys() ?? [])];
}

/** The bookmark of a stream; undefined if the state has none. */
export function bookmarkOf(state: State, stream: string): JsonText | undefined {
  return bookmarksOf(state)?.member(stream);
}

/** A state with only one stream's bookmark; undefined if the state has none. */
export function onlyBookmark(state: State, stream: string): JsonText | undefined {
  const bookmark = bookmarkOf(state, stream);
  return bookmark && withBookmark(undefined, stream, bookmark);
}

/**
 * Replaces the bookmark of one stream, or removes it if the new one is undefined; all other bytes
 * stay the same.
 *
 * @throws UserError if the state has no streams.
 */
export function withBookmark(
  state: State,
  stream: string,
  bookmark: JsonText | undefined,
): JsonText {
  const base = state ?? JsonText.parse('{"bookmarks": {}}');
  const bookmarks = bookmarksOf(base);
  if (bookmarks === undefined)
    throw new UserError(`The state has no bookmarks by stream (${base.text.slice(0, 80)}).`, {
      fix: "Change the whole state, without --stream.",
    });
  return base.with(
    "bookmarks",
    bookmark === undefined ? bookmarks.without(stream) : bookmarks.with(stream, bookmark),
  );
}

/**
 * Sets dates and times later than a day back to that day, in their own format (a date stays a date,
 * a time a time). All other bytes stay the same.
 *
 * @param day such as `2026-11-01`
 * @returns the state, and the number of changed values
 */
export function setBack(
  state: JsonText,
  day: string,
): { readonly state: JsonText; readonly changed: number } {
  const limit = timeOf(`${day}T00:00:00Z`) ?? 0;
  let changed = 0;
  const back = (value: string): string | undefined => {
    const time = timeOf(value);
    if (time === undefined || (value.length > 10 ? time : time - DAY_MS) <= limit) return undefined;
    changed += 1;
    return atDay(value, day);
  };
  return { state: state.replaceStrings(back), changed };
}

/** The differences between two states: one line per place, with the value before and after. */
export function diffStates(before: State, after: State): readonly string[] {
  const [old, fresh] = [new Map(leaves(before)), new Map(leaves(after))];
  const places = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return places.flatMap((place) => {
    const [from, to] = [old.get(place), fresh.get(place)];
    return from === to ? [] : [`${place}: ${from ?? "none"} -> ${to ?? "none"}`];
  });
}

function bookmarksOf(state: State): JsonText | undefined {
  const bookmarks = state?.member("bookmarks");
  return bookmarks?.kind === "object" ? bookmarks : undefined;
}

function newestOf(stream: string | null, part: JsonText): readonly NewestBookmark[] {
  const found = [...strings(part)].flatMap((value) => {
    const time = timeOf(value);
    return time === undefined ? [] : [{ stream, value, time }];
  });
  return found.sort((a, b) => b.time - a.time).slice(0, 1);
}

function atDay(text: string, day: string): string {
  if (text.trim().length <= 10) return day;
  const zone = /(Z|[+-]\d\d:?\d\d)$/.exec(text.trim());
  return `${day}${text.includes("T") ? "T" : " "}00:00:00${zone === null ? "" : zone[1] === "Z" ? "Z" : (zone[1] ?? "").includes(":") ? "+00:00" : "+0000"}`;
}

function* strings(value: JsonText): Generator<string> {
  if (value.string !== undefined) yield value.string;
  for (const item of value.items) yield* strings(item);
  for (const [name, item] of value.members) if (name !== NOT_READ_YET) yield* strings(item);
}

function leaves(
  value: State,
  place: readonly string[] = [],
): readonly (readonly [string, string])[] {
  if (value === null || value === undefined) return [];
  const entries =
    value.kind === "array"
      ? value.items.map((item, index) => [String(index), item] as const)
      : [...value.members];
  if (entries.length === 0)
    return [[place.join("."), value.isEmpty ? (value.kind === "array" ? "[]" : "{}") : value.text]];
  return entries.flatMap(([key, item]) => leaves(item, [...place, key]));
}
