import { isSecretReference } from "../connector-settings";
import { unexpanded, untemplatedJson } from "./byte-for-byte";
import { isFields, type Fields } from "./checks";

/**
 * Linux limits each argument and variable to this length, including the terminating NUL
 * (argo-workflows#14250).
 */
const LONGEST_TEXT_BYTES = 128 * 1024 - 1;

/**
 * Limit of all commands and variables of an entry. A Workflow carries them in a parameter, and its
 * status repeats it in each step, in an object that Kubernetes limits to 1.5 MB. Argo passes larger
 * ones by a file, in which Kubernetes does not undo the escaping of `$`.
 */
const MOST_BYTES = 120 * 1024;

/** Commands and variables of a job or of follow-ups that are too large. */
export function containerSizes(entry: Fields): readonly string[] {
  const followUps: readonly unknown[] = Array.isArray(entry["followUps"]) ? entry["followUps"] : [];
  const containers =
    entry["kind"] === "job"
      ? [{ at: "", container: entry as unknown }]
      : followUps.map((container, index) => ({ at: `followUps[${index}].`, container }));
  const tooLong = containers.flatMap(({ at, container }) =>
    textsOf(container).flatMap(({ name, text }) => textProblem(`${at}${name}`, text)),
  );
  if (tooLong.length > 0) return tooLong;
  const bytes = containers.reduce(
    (sum, { container }) => sum + parameterBytes(container, followUps.length > 0),
    0,
  );
  if (bytes <= MOST_BYTES) return [];
  const what = followUps.length > 0 ? "followUps: commands and env" : "command and env";
  return [
    `${what} have ${kib(bytes)} in total, more than ${kib(MOST_BYTES)}\nMove the content into the image or the object store.`,
  ];
}

function textProblem(at: string, text: string): readonly string[] {
  const bytes = Buffer.byteLength(text);
  return bytes <= LONGEST_TEXT_BYTES
    ? []
    : [
        `${at}: has ${kib(bytes)}, more than the 128 KiB that Linux allows\nMove the content into the image or the object store.`,
      ];
}

function textsOf(container: unknown): readonly { readonly name: string; readonly text: string }[] {
  if (!isFields(container)) return [];
  const command: readonly unknown[] = Array.isArray(container["command"])
    ? container["command"]
    : [];
  const env = Object.entries(isFields(container["env"]) ? container["env"] : {});
  return [
    ...command.flatMap((text, index) =>
      typeof text === "string" ? [{ name: `command[${index}]`, text }] : [],
    ),
    ...env.flatMap(([name, text]) =>
      typeof text === "string" ? [{ name: `env.${name}`, text: `${name}=${text}` }] : [],
    ),
  ];
}

/** Size of a container in the parameter: as JSON, for follow-ups within a JSON text. */
function parameterBytes(container: unknown, nested: boolean): number {
  if (!isFields(container)) return 0;
  const { command, env } = container;
  const values = Object.entries(isFields(env) ? env : {}).map(([name, value]) => ({
    name,
    value: isSecretReference(value) ? value : unexpanded(String(value)),
  }));
  const patch = untemplatedJson({
    args: Array.isArray(command) ? command.map((text) => unexpanded(String(text))) : [],
    env: values,
  });
  return Buffer.byteLength(nested ? JSON.stringify(patch) : patch);
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
