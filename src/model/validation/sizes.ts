import { isSecretReference } from "../connector-settings";
import { unexpanded, untemplatedJson } from "./byte-for-byte";
import { isFields, type Fields } from "./checks";

/** Linux starts no program with a longer argument or variable, its end included (argo-workflows#14250). */
const LONGEST_TEXT_BYTES = 128 * 1024 - 1;

/**
 * What all commands and variables of an entry may take together: a Workflow carries them in a parameter, and its status
 * repeats it in each step, in an object of which Kubernetes stores 1.5 MB. Argo passes more than this by a file, in which
 * Kubernetes does not undo what keeps a `$`.
 */
const MOST_BYTES = 120 * 1024;

/** Commands and variables of a job or of follow-ups that are too large to be started. */
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
  const what = followUps.length > 0 ? "followUps: commands and env" : "command and env:";
  return [
    `${what} take ${kib(bytes)} together, at most ${kib(MOST_BYTES)} are allowed; put the content into the image or the object store`,
  ];
}

function textProblem(at: string, text: string): readonly string[] {
  const bytes = Buffer.byteLength(text);
  return bytes <= LONGEST_TEXT_BYTES
    ? []
    : [
        `${at}: has ${kib(bytes)}, at most 128 KiB are allowed, because Linux starts no program with more; put the content into the image or the object store`,
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

/** What a container takes in the parameter: JSON, in that of the follow-ups within a text of it. */
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
