import { ABBREVIATIONS, LEGACY_ZONES } from "./zone-names";
import { didYouMean } from "../validation/nearest";

const AREAS = [
  "Africa",
  "America",
  "Antarctica",
  "Arctic",
  "Asia",
  "Atlantic",
  "Australia",
  "Europe",
  "Indian",
  "Pacific",
  "Etc",
];

/** Words in zone names that are not one capital and lowercase letters. */
const ODD_WORDS = new Set([
  "ComodRivadavia",
  "IN",
  "ACT",
  "LHI",
  "NSW",
  "GMT",
  "GMT0",
  "UCT",
  "UTC",
]);

/** Clocks change only at quarters of an hour in UTC. */
const QUARTER = 15 * 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const verdicts = new Map<string, boolean>();
let listed: ReadonlySet<string> | undefined;
const offsets = new Map<string, Map<number, number>>();

/**
 * What is wrong with the name of a time zone. Undefined if Argo's controller can load it: `UTC`,
 * `Area/City` in the IANA database, or a former name such as `US/Eastern`. Names are
 * case-sensitive, because Go reads them as file names.
 */
export function zoneProblem(name: string): string | undefined {
  const meant = Object.hasOwn(ABBREVIATIONS, name) ? ABBREVIATIONS[name] : undefined;
  if (meant !== undefined)
    return `is an abbreviation, which not every controller knows; use a name such as "${meant}"`;
  const verdict = verdicts.get(name) ?? isZone(name);
  verdicts.set(name, verdict);
  return verdict ? undefined : `is not a time zone of the IANA database${suggestion(name)}`;
}

/**
 * Offset of a zone from UTC at a given time, in milliseconds; negative west of UTC.
 *
 * @param zone a name that {@link zoneProblem} accepts.
 * @param time milliseconds since 1970 in UTC.
 */
export function zoneOffset(zone: string, time: number): number {
  if (zone === "UTC") return 0;
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, ofZone);
  const quarter = Math.floor(time / QUARTER);
  const offset = ofZone.get(quarter) ?? askOffset(zone, quarter * QUARTER);
  ofZone.set(quarter, offset);
  return offset;
}

function askOffset(zone: string, time: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - time;
}

function isZone(name: string): boolean {
  if (name === "UTC" || Object.hasOwn(LEGACY_ZONES, name) || knownZones().has(name)) return true;
  const [area = ""] = name.split("/");
  return AREAS.includes(area) && isSpeltLikeAName(name) && resolveZone(name) !== undefined;
}

/** Intl resolves an alias to its zone; newer V8 versions return the alias itself. */
function suggestion(name: string): string {
  const resolved = resolveZone(name);
  const meant = resolved === undefined ? undefined : [capitalised(name), resolved].find(isZone);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return (
    didYouMean(name, [...knownZones(), "UTC", ...Object.keys(LEGACY_ZONES)]) ||
    `, such as "Europe/Berlin"`
  );
}

/** Intl ignores case and returns the zone; undefined if there is none. */
function resolveZone(name: string): string | undefined {
  // Intl also accepts offsets, which are not names.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/**
 * The list of names in Intl lacks most aliases (`Asia/Kolkata`), so their case is checked by shape.
 */
function isSpeltLikeAName(name: string): boolean {
  return name
    .split(/[/_-]/)
    .every(
      (word) =>
        /^[A-Z][a-z]*$/.test(word) || ODD_WORDS.has(word) || /^(GMT[+])?\d{1,2}$/.test(word),
    );
}

function capitalised(name: string): string {
  return name
    .toLowerCase()
    .replace(
      /(^|[/_-])([a-z])/g,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}

function knownZones(): ReadonlySet<string> {
  listed ??= new Set(Intl.supportedValuesOf("timeZone").filter((name) => name.includes("/")));
  return listed;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}
