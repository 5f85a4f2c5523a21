import type { Rule } from "./checks";

/** Longest name of a CronWorkflow: Argo adds a dash and ten digits to it for each Workflow, a label of at most 63. */
const LONGEST_PIPELINE_NAME = 52;

/** Name of a pipeline: a DNS label (RFC 1123) of at most 52 characters. */
export const pipelineName: Rule = (value) => dnsLabel(value, LONGEST_PIPELINE_NAME);

/** Name of a follow-up: a DNS label (RFC 1123). */
export const followUpName: Rule = (value) => dnsLabel(value, 63);

/** Text that reaches Argo in a manifest, where `{{` and `}}` are template syntax and would be replaced. */
export const untemplated: Rule = (value) => {
  const found = ["{{", "}}"].find((part) => value.includes(part));
  return found === undefined
    ? undefined
    : `"${found}" is not allowed, it is template syntax of Argo`;
};

/** Text that reaches a manifest and may become part of a key in the object store, out of which `../` would climb. */
export const harmless: Rule = (value) =>
  untemplated(value) ??
  (value.includes("../") ? `"../" is not allowed, it leads out of a folder` : undefined);

/** Text on one line, with something in it. */
export const oneLine: Rule = (value) => {
  if (value.trim() === "") return "it is empty";
  if (/[\r\n\u2028\u2029]/.test(value)) return "must be a single line";
  return /[\u0000-\u001f\u007f]/.test(value) ? "must not have control characters" : undefined;
};

/** An argument or a variable's value, which the operating system ends at a NUL. */
export const withoutNul: Rule = (value) =>
  value.includes("\0") ? "must not have a NUL character" : undefined;

/** Text with something in it. */
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
  return `only lower-case letters, digits and "-" are allowed, beginning and ending with a letter or digit${hint}`;
}
