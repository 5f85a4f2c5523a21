import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../common/errors";
import { PACKAGE_ROOT } from "../../common/package";
import { packageName, sourceVersion } from "../../model/connector-source";
import type { RequestFor } from "../../model/request/schema";
import type { EnvironmentContent } from "./environment-key";
import type { Environment, EnvironmentOptions, ReportProgress } from "./environment";
import { installError, lastMeaningfulLine } from "./install-error";
import { createVenv, type InstallContext, type Installer } from "./installer";
import { installLocked, installUnlocked } from "./install-packages";
import { findInstaller } from "./find-installer";
import { packagePlace } from "./package-place";
import { runLogged } from "../logged-process";
import { runnerArguments } from "../runner";
import { removeFolder } from "../../common/remove-folder";

/** Marker of a complete environment, with its description. Written last. */
export const MARKER = "environment.json";

/** Lines of uv and pip that are shown as progress. */
const SHOWN = /^(Resolved|Prepared|Installed|Downloading|Building|Collecting|Installing)\b/;

/**
 * Builds an environment in its final place, because virtual environments cannot be moved. Requires
 * the lock.
 */
export async function buildEnvironment(
  directory: string,
  content: EnvironmentContent,
  options: EnvironmentOptions,
  report: ReportProgress,
): Promise<Environment> {
  const { python } = content;
  const log = `${directory}.log`;
  removeBuilds(directory);
  mkdirSync(directory, { recursive: true });
  writeFileSync(log, "");
  const place = join(directory, randomBytes(3).toString("hex"));
  mkdirSync(place);
  const venv = join(place, "venv");
  const onLine = (line: string) => SHOWN.test(line.trim()) && report("installing", line.trim());
  const context: InstallContext = {
    python,
    root: options.root,
    log,
    onLine,
    signal: options.signal,
  };
  try {
    report("creating", `Python ${python.version}`);
    const installer =
      options.installer === "pip" ? ({ kind: "pip" } as const) : await findInstaller(context);
    await install(installer, context, venv, content, options.project ?? PACKAGE_ROOT, report);
    report("describing");
    const environment = {
      directory,
      descriptionFile: join(place, "connector.json"),
      python: join(venv, "bin", "python"),
    };
    await describe(environment, context, place, content);
    renameSync(log, join(directory, "install.log"));
    writeFileSync(join(directory, `${MARKER}.new`), JSON.stringify(environment));
    renameSync(join(directory, `${MARKER}.new`), join(directory, MARKER));
    return environment;
  } catch (error) {
    removeBuilds(directory);
    throw error;
  }
}

/**
 * Removes earlier builds. Processes that a killed build started may still write to its folder,
 * which then stays until the next build: each build has its own.
 */
function removeBuilds(directory: string): void {
  rmSync(join(directory, MARKER), { force: true });
  removeFolder(directory);
}

async function install(
  installer: Installer,
  context: InstallContext,
  venv: string,
  content: EnvironmentContent,
  project: string,
  report: ReportProgress,
): Promise<void> {
  const { source, python, lock, connector } = content;
  const fail = (output: string) =>
    installError({ source, output, python: python.version, log: context.log });
  const made = await createVenv(installer, context, venv);
  if (made.code !== 0) throw fail(made.output);
  report("installing", `${packageName(source)} ${sourceVersion(source)}`);
  if (lock === undefined)
    report(
      "installing",
      `no lock file, so a later installation may get other packages; write one with: npx tapctl lock ${connector.name}`,
    );
  const place = packagePlace(content, project, dirname(venv));
  const installed =
    lock === undefined
      ? await installUnlocked(installer, context, venv, source, place)
      : await installLocked(installer, context, venv, lock, place);
  if (installed.code !== 0) throw fail(installed.output);
  writeCode(venv, content);
}

/** Puts the code of a bulk connector beside the packages that it needs. */
function writeCode(venv: string, { code = {}, python }: EnvironmentContent): void {
  const minor = python.version.split(".").slice(0, 2).join(".");
  for (const [path, text] of Object.entries(code)) {
    const file = join(venv, "lib", `python${minor}`, "site-packages", "tapctl_bulk", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Starts the connector once, to detect one that cannot start, and records its flags. */
async function describe(
  environment: Environment,
  context: InstallContext,
  place: string,
  content: EnvironmentContent,
): Promise<void> {
  const { connector, source } = content;
  const request: RequestFor<"describe"> = {
    command: "describe",
    kind: connector.kind,
    name: connector.name,
    version: sourceVersion(source),
    start: [...commandOf(environment, place, content)],
    output: environment.descriptionFile,
    ...(connector.settings && { settings: connector.settings }),
    ...(connector.outputSetting !== undefined && { outputSetting: connector.outputSetting }),
    ...(connector.outputAliases && { outputAliases: [...connector.outputAliases] }),
  };
  const { code, output } = await runLogged({
    command: [context.python.path, ...runnerArguments(context.python.path, request)],
    cwd: place,
    env: process.env,
    log: context.log,
    signal: context.signal,
  });
  if (code !== 0)
    throw new UserError(lastMeaningfulLine(output).replace(/^runner \| /, ""), {
      fix: `Read the full output in ${context.log}`,
      exitCode: code ?? 1,
    });
}

/**
 * The program that starts the connector: its module, the command of its package, or a copy of its
 * launcher.
 */
function commandOf(
  environment: Environment,
  place: string,
  { source, connector, launcher }: EnvironmentContent,
): readonly string[] {
  // Isolated, so that nothing in the working folder or in PYTHONPATH replaces a module.
  if ("bulk" in source) return [environment.python, "-I", "-m", `tapctl_bulk.${source.bulk}`];
  if (launcher !== undefined) {
    const path = join(place, "launcher.py");
    writeFileSync(path, launcher);
    return [environment.python, path];
  }
  const name = source.executable ?? connector.name;
  const commands = dirname(environment.python);
  const path = join(commands, name);
  if (existsSync(path)) return [path];
  const others = readdirSync(commands).filter((file) => /^(tap|target)/.test(file));
  throw new UserError(
    `${packageName(source)} ${sourceVersion(source)} installs no command "${name}".`,
    {
      fix:
        others.length > 0
          ? `Set executable of the connector to one of: ${others.join(", ")}`
          : "Check the name of the package.",
    },
  );
}
