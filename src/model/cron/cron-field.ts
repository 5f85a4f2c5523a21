import { quote } from "../validation/checks";
import { didYouMean } from "../validation/nearest";

/** Values that one field of a cron text matches. */
export interface CronField {
  /** Every matching value, such as 1 to 5 for `MON-FRI`. */
  readonly values: ReadonlySet<number>;

  /**
   * Whether the field is `*` or `?` without a step above 1. If neither day field is, a day that
   * matches either one is enough; otherwise both must match. Source: `starBit` of robfig/cron v3.
   */
  readonly star: boolean;
}

/** What a field of a cron text may contain. */
export interface FieldRange {
  /** Name in messages, such as `day of week`. */
  readonly name: string;

  /** Smallest value. */
  readonly min: number;

  /** Largest value. */
  readonly max: number;

  /** Uppercase names of values, the first for `min`; lowercase is accepted too. Default: none. */
  readonly words: readonly string[];
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The five fields in order. Source: `bounds` of robfig/cron v3. */
export const FIELD_RANGES: readonly [FieldRange, FieldRange, FieldRange, FieldRange, FieldRange] = [
  { name: "minute", min: 0, max: 59, words: [] },
  { name: "hour", min: 0, max: 23, words: [] },
  { name: "day of month", min: 1, max: 31, words: [] },
  { name: "month", min: 1, max: 12, words: MONTHS },
  { name: "day of week", min: 0, max: 6, words: WEEKDAYS },
];

type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/**
 * Parses a field: items separated by commas, each `*`, `?`, a value or a range, with an optional
 * `/step`.
 */
export function parseField(text: string, range: FieldRange): Parsed<CronField> {
  const items = text.split(",").map((item) => parseItem(item, range));
  const wrong = items.find((item) => !item.ok);
  if (wrong && !wrong.ok) return wrong;
  const fields = items.flatMap((item) => (item.ok ? [item.value] : []));
  return {
    ok: true,
    value: {
      values: new Set(fields.flatMap((field) => [...field.values])),
      star: fields.some((field) => field.star),
    },
  };
}

function parseItem(item: string, range: FieldRange): Parsed<CronField> {
  if (item === "") return refuse(`${range.name} has an empty item between commas`);
  const [body = "", stepText, ...moreSteps] = item.split("/");
  if (moreSteps.length > 0) return refuse(`${range.name} ${quote(item)} has more than one "/"`);
  const step = stepText === undefined ? 1 : parseStep(stepText);
  if (step === undefined)
    return refuse(`${range.name} ${quote(item)}: a step must be a whole number from 1`);
  const span = parseSpan(body, range, stepText !== undefined);
  if (!span.ok) return span;
  const { from, to, star } = span.value;
  const values = new Set<number>();
  for (let value = from; value <= to; value += step) values.add(value);
  return { ok: true, value: { values, star: star && step === 1 } };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly star: boolean;
}

function parseSpan(body: string, range: FieldRange, stepped: boolean): Parsed<Span> {
  if (body === "*" || body === "?")
    return { ok: true, value: { from: range.min, to: range.max, star: true } };
  const [fromText = "", toText, ...more] = body.split("-");
  if (more.length > 0) return refuse(`${range.name} ${quote(body)} has more than one "-"`);
  if (fromText === "*" || fromText === "?")
    return refuse(`${range.name} ${quote(body)}: "${fromText}" cannot start a range`);
  const from = parseValue(fromText, range);
  if (!from.ok) return from;
  // `N/step` means from N to the maximum of the field.
  if (toText === undefined)
    return {
      ok: true,
      value: { from: from.value, to: stepped ? range.max : from.value, star: false },
    };
  const to = parseValue(toText, range);
  if (!to.ok) return to;
  if (from.value > to.value) {
    const last = range.words[range.max - range.min] ?? range.max;
    const first = range.words[0] ?? range.min;
    return refuse(
      `${range.name} ${body} is reversed: write ${span(fromText, last)},${span(first, toText)}`,
    );
  }
  return { ok: true, value: { from: from.value, to: to.value, star: false } };
}

function span(from: string | number, to: string | number): string {
  return String(from).toUpperCase() === String(to).toUpperCase() ? `${from}` : `${from}-${to}`;
}

function parseValue(text: string, range: FieldRange): Parsed<number> {
  const word = range.words.indexOf(text.toUpperCase());
  if (word >= 0) return { ok: true, value: word + range.min };
  if (!/^\d+$/.test(text)) return refuse(unreadable(text, range));
  const value = Number(text);
  if (value >= range.min && value <= range.max) return { ok: true, value };
  if (value === 7 && range.words === WEEKDAYS)
    return refuse("day of week 7 is not supported by Argo: Sunday is 0");
  return refuse(`${range.name} ${text} is outside ${range.min}-${range.max}`);
}

function unreadable(text: string, range: FieldRange): string {
  if (text === "") return `${range.name} has a range without a start or an end`;
  if (/^(L|LW|\d*[LW]|[LW]\d*)$/i.test(text))
    return `${range.name} ${quote(text)}: L and W are not supported by Argo`;
  if (text.includes("#")) return `${range.name} ${quote(text)}: # is not supported by Argo`;
  if (/^H(\(.*\))?$/.test(text)) return `${range.name} ${quote(text)}: H is not supported by Argo`;
  if (range.words.length === 0)
    return `${range.name} ${quote(text)} is not a number from ${range.min} to ${range.max}`;
  const words = `${range.words[0]}-${range.words[range.words.length - 1]}`;
  return `${range.name} ${quote(text)} is not a number from ${range.min} to ${range.max} or one of ${words}${wordMeant(text, range)}`;
}

function wordMeant(text: string, range: FieldRange): string {
  const short = range.words.find((word) => word === text.slice(0, 3).toUpperCase());
  return short === undefined ? didYouMean(text, range.words) : `; did you mean "${short}"?`;
}

function parseStep(text: string): number | undefined {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  return step > 0 ? step : undefined;
}

function refuse(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
