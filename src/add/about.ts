import { execFile } from "node:child_process";
import { UserError } from "../common/errors";
import { parseJson } from "../common/json";
import type { Json, JsonObject } from "../model/connector-settings";

/** What --help and --about of a connector report. */
export interface About {
  /** Whether it offers --about: it is built with the Singer SDK. */
  readonly hasAbout: boolean;
  /** Supported flags, such as `--discover`. */
  readonly flags: readonly string[];
  /** Capabilities that --about lists. */
  readonly capabilities: readonly string[];
  /** JSON Schema of its settings; undefined if it reports none. */
  readonly settings?: JsonObject;
  /** Its description, on one line. */
  readonly description?: string;
  /** What could not be detected. */
  readonly problems: readonly string[];
}

const FLAGS = [
  "--config",
  "--catalog",
  "--properties",
  "--state",
  "--discover",
  "--test",
  "--about",
  "--batch",
];
const TIMEOUT_MS = 60_000;

/**
 * Starts a connector with --help and --about.
 *
 * @param first arguments of the program before those, such as a script.
 * @throws UserError if it does not start, or is not a Singer connector.
 */
export async function readAbout(command: string, first: readonly string[] = []): Promise<About> {
  const name = command.split("/").at(-1) ?? command;
  const help = await start(command, [...first, "--help"]);
  const text = `${help.stdout}\n${help.stderr}`;
  const flags = FLAGS.filter((flag) => new RegExp(`(^|[^\\w-])${flag}(?![\\w-])`).test(text));
  if (!flags.includes("--config")) {
    if (help.code !== 0)
      throw new UserError(`${name} does not start: ${lastLine(help.stderr || help.stdout)}`, {
        fix: "Choose another version, or report it to the maintainers of the connector.",
        exitCode: 1,
      });
    throw new UserError(`${name} is not a Singer connector: its --help has no --config`, {
      fix: "Name the package of a tap or target.",
    });
  }
  if (!flags.includes("--about")) return { hasAbout: false, flags, capabilities: [], problems: [] };
  const about = await start(command, [...first, "--about", "--format=json"]);
  const found = aboutIn(about.stdout) ?? aboutIn(about.stderr);
  if (found === undefined)
    return {
      hasAbout: true,
      flags,
      capabilities: [],
      problems: [
        about.code === 0
          ? "settings: --about --format=json prints no valid JSON with settings"
          : `settings: --about --format=json fails: ${lastLine(about.stderr || about.stdout)}`,
      ],
    };
  const { capabilities, description } = found;
  return {
    hasAbout: true,
    flags,
    capabilities: Array.isArray(capabilities) ? capabilities.map(String) : [],
    settings: found["settings"] as JsonObject,
    ...(typeof description === "string" && { description: description.split("\n")[0] ?? "" }),
    problems: [],
  };
}

/**
 * The JSON object with `settings` in an output that may have log lines and other JSON around it;
 * undefined if it has none.
 */
export function aboutIn(output: string): JsonObject | undefined {
  for (let at = output.indexOf("{"); at >= 0; at = output.indexOf("{", at + 1)) {
    const end = endOfObject(output, at);
    if (end === undefined) continue;
    const value = jsonOf(output.slice(at, end));
    if (value === undefined) continue;
    if (isObject(value) && isObject(value["settings"] ?? null)) return value;
    at = end - 1;
  }
  return undefined;
}

/** Position behind the object that starts at a brace; undefined if it does not end. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  for (const match of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (match[0] === "{") depth += 1;
    if (match[0] === "}") depth -= 1;
    if (depth === 0) return start + match.index + 1;
  }
  return undefined;
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text) as Json;
  } catch {
    return undefined;
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Started {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(command: string, args: readonly string[]): Promise<Started> {
  return new Promise((resolve) => {
    const options = {
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL" as const,
      maxBuffer: 1 << 26,
      encoding: "utf8" as const,
    };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const timedOut = error?.killed === true;
      const reason = timedOut
        ? `no answer to ${args.find((arg) => arg.startsWith("--"))} in ${TIMEOUT_MS / 1000} s`
        : stderr;
      resolve({ code: error === null ? 0 : 1, stdout, stderr: reason });
    });
    child.stdin?.end();
  });
}

function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? "nothing was printed";
}
