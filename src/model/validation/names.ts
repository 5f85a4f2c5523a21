import type { Rule } from "./checks";

/**
 * Longest name of a CronWorkflow: Argo appends a dash and ten digits to name each Workflow, and a
 * label has at most 63 characters.
 */
const LONGEST_PIPELINE_NAME = 52;

/** Name of a pipeline: a DNS label (RFC 1123) of at most 52 characters. */
export const pipelineName: Rule = (value) => dnsLabel(value, LONGEST_PIPELINE_NAME);

/** Name of a follow-up: a DNS label (RFC 1123). */
export const followUpName: Rule = (value) => dnsLabel(value, 63);

/**
 * Text that is part of a manifest, in which Argo would replace `{{` and `}}` as template syntax.
 */
export const untemplated: Rule = (value) => {
  const found = ["{{", "}}"].find((part) => value.includes(part));
  return found === undefined ? undefined : `"${found}" is template syntax of Argo and not allowed`;
};

/**
 * Text that is part of a manifest and may become part of a key in the object store, which `../`
 * would leave.
 */
export const harmless: Rule = (value) =>
  untemplated(value) ??
  (value.includes("../") ? '"../" is not allowed, because it leads out of a folder' : undefined);

/** Text on one line, not empty. */
export const oneLine: Rule = (value) => {
  if (value.trim() === "") return "it is empty";
  if (/[\r\n\u2028\u2029]/.test(value)) return "must be a single line";
  return /[\u0000-\u001f\u007f]/.test(value) ? "must not contain control characters" : undefined;
};

/** An argument or the value of a variable, which the operating system ends at a NUL. */
export const withoutNul: Rule = (value) =>
  value.includes("\0") ? "must not contain a NUL character" : undefined;

/** Text that is not empty. */
export const notEmpty: Rule = (value) => (value === "" ? "it is empty" : undefined);

function dnsLabel(value: string, longest: number): string | undefined {
  if (value === "") return "it is empty";
  if (value.length > longest)
    return `it has ${value.length} characters, at most ${longest} are allowed`;
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value)) return undefined;
  const meant = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const hint = meant === "" ? "" : `, such as "${meant}"`;
  return `must be lowercase letters, digits and "-", starting and ending with a letter or digit${hint}`;
}
