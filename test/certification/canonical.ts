import { JsonText } from "../../src/common/json-text";
import type { Kind } from "./values";

/** The canonical form of a value, the same for equal values; text that is not a value of its kind is unchanged. */
export function canonical(kind: Kind, value: string | null): string | null {
  if (value === null) return null;
  switch (kind) {
    case "boolean":
      return /^(t|true|True|1)$/.test(value)
        ? "true"
        : /^(f|false|False|0)$/.test(value)
          ? "false"
          : value;
    case "integer":
    case "decimal":
      return /^nan$/i.test(value) ? "NaN" : plainNumber(value);
    case "float":
      return /^-?inf(inity)?$/i.test(value)
        ? value.startsWith("-")
          ? "-Infinity"
          : "Infinity"
        : Number.isNaN(Number(value))
          ? value.replace(/^nan$/i, "NaN")
          : String(Number(value));
    case "date":
      return era(value.replace(/[T ]00:00:00(\+00(:00)?|Z)?/, ""));
    case "time":
      return value.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    case "moment":
      return moment(value);
    case "json":
      return canonicalJson(value);
    case "text":
      return value;
  }
}

/** Digits without an exponent and without zeros at the end of a fraction. */
function plainNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === "" || Math.abs(Number(exponent)) > 400) return text;
  const shift = Number(exponent) - fraction.length;
  const digits = `${whole}${fraction}`;
  const padded = shift >= 0 ? digits + "0".repeat(shift) : digits.padStart(1 - shift, "0");
  const point = shift >= 0 ? padded.length : padded.length + shift;
  const integer = padded.slice(0, point).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(point).replace(/0+$/, "");
  return `${sign === "-" && /[1-9]/.test(digits) ? "-" : ""}${integer}${rest === "" ? "" : `.${rest}`}`;
}

/** A moment in UTC, with a space between day and time. */
function moment(text: string): string {
  const plain = era(text)
    .replace("T", " ")
    .replace(/(\.\d*?)0+(?=$|[Z+ -])/, "$1")
    .replace(/\.(?=$|[Z+ -])/, "")
    .replace(/(Z|\+00(:?00)?)(?= BC$|$)/, "");
  const [, day, time, fraction = "", sign, hours, minutes = "0"] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-])(\d\d):?(\d\d)?$/.exec(plain) ?? [];
  if (day === undefined) return plain;
  const ahead = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  return (
    new Date(Date.parse(`${day}T${time}Z`) - ahead * 60_000)
      .toISOString()
      .slice(0, 19)
      .replace("T", " ") + fraction
  );
}

/** Years before 1 as PostgreSQL writes them. */
function era(text: string): string {
  return text.replace(/^(\S+) \(BC\)(.*)$/, "$1$2 BC");
}

function canonicalJson(text: string): string {
  try {
    return sorted(JsonText.parse(text));
  } catch {
    return text;
  }
}

function sorted(json: JsonText): string {
  if (json.kind === "array") return `[${json.items.map(sorted).join()}]`;
  if (json.kind === "object")
    return `{${[...json.members]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${JSON.stringify(name)}:${sorted(value)}`)
      .join()}}`;
  if (json.kind === "number") return plainNumber(json.text);
  return json.kind === "string" ? JSON.stringify(json.string) : json.text;
}
