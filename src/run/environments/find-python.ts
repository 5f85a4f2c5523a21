import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../common/errors";
import {
  type PythonRange,
  type Python,
  NEWEST,
  OLDEST,
  rangeText,
  fits,
  minorOf,
  minor,
} from "./python";

/** Options of {@link findPython}. */
export interface FindPythonOptions {
  /**
   * Folder in which the result is cached, so that the next process starts no interpreter. Default:
   * no cache.
   */
  readonly memory?: string;
  /**
   * Environment, of which `PATH`, `TAPCTL_PYTHON` and `PYENV_VERSION` are used. Default: that of
   * this process.
   */
  readonly env?: NodeJS.ProcessEnv;
}
const NAMES = ["python3", "python3.11", "python3.12", "python3.13", "python3.10", "python"];
const PREFERRED = 12;
const BEST = [11, PREFERRED];
const PROBE = `
import json, sys, sysconfig
from importlib.util import find_spec
print(json.dumps({
    "path": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "platform": sysconfig.get_platform(),
    "hasVenv": find_spec("venv") is not None and find_spec("ensurepip") is not None,
    "hasPip": find_spec("pip") is not None,
}))`;

const found = new Map<string, Promise<Python>>();

/**
 * Finds the Python for the runner and connectors: `TAPCTL_PYTHON`, otherwise the best one on
 * `PATH`; 3.11 and 3.12 are preferred, because most connectors have prebuilt packages for them.
 * Cached for the process.
 *
 * @throws UserError with what was found and what is required.
 */
export function findPython(
  range: PythonRange = {},
  options: FindPythonOptions = {},
): Promise<Python> {
  const env = options.env ?? process.env;
  const question = createHash("sha256")
    .update(
      JSON.stringify([
        minor(range.min, OLDEST),
        minor(range.max, NEWEST),
        env["PATH"],
        env["TAPCTL_PYTHON"],
        env["PYENV_VERSION"],
        PROBE,
      ]),
    )
    .digest("hex")
    .slice(0, 12);
  const known = found.get(question);
  if (known) return known;
  const answer = lookUp(
    range,
    env,
    options.memory === undefined ? undefined : join(options.memory, `python-${question}.json`),
  );
  found.set(question, answer);
  answer.catch(() => found.delete(question));
  return answer;
}

async function lookUp(
  range: PythonRange,
  env: NodeJS.ProcessEnv,
  memory: string | undefined,
): Promise<Python> {
  const remembered = memory === undefined ? undefined : recall(memory);
  if (remembered) return remembered;
  const python = env["TAPCTL_PYTHON"]
    ? await given(env["TAPCTL_PYTHON"], range, env)
    : await best(range, env);
  if (memory !== undefined && python.hasPip && python.hasVenv) remember(memory, python);
  return python;
}

async function given(path: string, range: PythonRange, env: NodeJS.ProcessEnv): Promise<Python> {
  const python = await probe(path, env);
  if (!python)
    throw new UserError(`TAPCTL_PYTHON="${path}": this Python does not start.`, {
      fix: `Set it to the path of Python ${rangeText(range)}.`,
    });
  if (!fits(python, range))
    throw new UserError(
      `TAPCTL_PYTHON="${path}" is Python ${python.version}, which is not supported.`,
      { fix: `Set it to the path of Python ${rangeText(range)}.` },
    );
  return python;
}

async function best(range: PythonRange, env: NodeJS.ProcessEnv): Promise<Python> {
  const seen: { readonly name: string; readonly python: Python }[] = [];
  for (const name of NAMES) {
    const python = await probe(name, env);
    if (!python) continue;
    seen.push({ name, python });
    if (fits(python, range) && BEST.includes(minorOf(python))) return python;
  }
  const fitting = seen
    .filter(({ python }) => fits(python, range))
    .sort((a, b) => minorOf(b.python) - minorOf(a.python));
  if (fitting[0]) return fitting[0].python;
  const there =
    seen.map(({ name, python }) => `${name} is ${python.version}`).join(", ") || "none on PATH";
  throw new UserError(`Python ${rangeText(range)} is not installed (${there}).`, {
    fix: `Install it (${installers(range)}), or set TAPCTL_PYTHON to its path.`,
  });
}

/** How to install a Python of a range, the distribution's own if the range allows the newest. */
function installers(range: PythonRange): string {
  const newest = minor(range.max, NEWEST);
  const wanted = `3.${Math.max(minor(range.min, OLDEST), Math.min(newest, PREFERRED))}`;
  const apt = newest === NEWEST ? "python3" : `python${wanted}`;
  return `Debian: apt-get install ${apt} ${apt}-venv, macOS: brew install python@${wanted}, with uv: uv python install ${wanted}`;
}

/**
 * Undefined if the command is missing, fails, or takes more than half a minute, as broken wrappers
 * do.
 */
function probe(command: string, env: NodeJS.ProcessEnv): Promise<Python | undefined> {
  return new Promise((resolve) => {
    execFile(
      command,
      ["-I", "-c", PROBE],
      { env, timeout: 30_000, killSignal: "SIGKILL", encoding: "utf8" },
      (error, stdout) => {
        resolve(error ? undefined : parse(stdout));
      },
    );
  });
}

function parse(text: string): Python | undefined {
  try {
    const python = JSON.parse(text) as Python;
    return typeof python.path === "string" && /^3\.\d+\.\d+$/.test(python.version)
      ? python
      : undefined;
  } catch {
    return undefined;
  }
}

/** Cached result, valid while the program file is unchanged. */
function recall(memory: string): Python | undefined {
  try {
    const { python, mark } = JSON.parse(readFileSync(memory, "utf8")) as {
      readonly python: Python;
      readonly mark: string;
    };
    return markOf(python.path) === mark ? python : undefined;
  } catch {
    return undefined;
  }
}

/** Without a writable cache, the next process takes a tenth of a second longer. */
function remember(memory: string, python: Python): void {
  try {
    mkdirSync(join(memory, ".."), { recursive: true });
    writeFileSync(
      `${memory}.${process.pid}`,
      JSON.stringify({ python, mark: markOf(python.path) }),
    );
    renameSync(`${memory}.${process.pid}`, memory);
  } catch {
    return;
  }
}

function markOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}
