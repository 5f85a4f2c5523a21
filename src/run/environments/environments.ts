import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectorDefinition } from "../../model/connector";
import type { InstalledSource } from "../../model/connector-source";
import { localPackage, readLock } from "../../../connectors/dependency-lock";
import { UserError } from "../../common/errors";
import { findConnectorFile, readBulkCode } from "../../common/connector-files";
import { packageFile, PACKAGE_ROOT } from "../../common/package";
import { buildEnvironment, MARKER } from "./build-environment";
import type {
  Environment,
  EnvironmentOptions,
  EnvironmentProgress,
  ReportProgress,
} from "./environment";
import { environmentName, type EnvironmentContent } from "./environment-key";
import { withLock } from "../lock";
import { findPython } from "./find-python";

const DESCRIBE = packageFile("images", "singer", "runner", "describe.py");

/**
 * Installs a connector into its own virtual environment. Returns an existing one within
 * milliseconds, without starting a process.
 *
 * Safe to call from several processes: one builds, the others wait. A killed build leaves nothing
 * that looks complete.
 *
 * @throws UserError if there is no Python, the package or version does not exist, the index cannot
 *   be reached, the build fails, the connector does not start, the disk is full, or the folder is
 *   not writable.
 */
export async function ensureEnvironment(
  connector: ConnectorDefinition,
  options: EnvironmentOptions,
): Promise<Environment> {
  const started = performance.now();
  const report = (phase: EnvironmentProgress["phase"], detail?: string) =>
    options.onProgress?.({
      connector: connector.name,
      phase,
      ...(detail !== undefined && { detail }),
      seconds: (performance.now() - started) / 1000,
    });
  const content = await contentOf(connector, options);
  const directory = join(options.root, environmentName(content));
  const environment =
    completeEnvironment(directory) ?? (await build(directory, content, options, report));
  report("ready");
  return environment;
}

async function build(
  directory: string,
  content: EnvironmentContent,
  options: EnvironmentOptions,
  report: ReportProgress,
): Promise<Environment> {
  try {
    mkdirSync(options.root, { recursive: true });
    const onWait = (pid: number) =>
      report(
        "waiting",
        pid === process.pid ? "it is being installed already" : `process ${pid} installs it`,
      );
    return await withLock(
      join(options.root, ".locks", environmentName(content)),
      { onWait, signal: options.signal },
      async () => {
        return (
          completeEnvironment(directory) ??
          (await buildEnvironment(directory, content, options, report))
        );
      },
    );
  } catch (error) {
    throw fileSystemProblem(error, options.root) ?? error;
  }
}

async function contentOf(
  connector: ConnectorDefinition,
  { root, project = PACKAGE_ROOT }: EnvironmentOptions,
): Promise<EnvironmentContent> {
  const source = installedSource(connector);
  return {
    connector,
    source,
    python: await findPython(source.python, { memory: root }).catch((error: unknown) => {
      throw error instanceof UserError ? error.in(`connector "${connector.name}"`) : error;
    }),
    launcher:
      "bulk" in source || source.launcher === undefined
        ? undefined
        : readLauncher(connector.name, source.launcher, project),
    code: "bulk" in source ? readBulkCode() : undefined,
    lock: readLock(connector.name, source, project),
    localPackage: localPackage(source, project)?.content,
    describe: readFileSync(DESCRIBE, "utf8"),
  };
}

function installedSource({ name, source }: ConnectorDefinition): InstalledSource {
  if (!("image" in source)) return source;
  throw new UserError(
    `connector "${name}" is the image ${source.image}, which runs only on a cluster.`,
    { fix: "To run it locally, add package and version to its definition." },
  );
}

function readLauncher(name: string, file: string, root: string): string {
  const path = findConnectorFile(root, "launchers", file);
  if (path !== undefined) return readFileSync(path, "utf8");
  throw new UserError(
    `connector "${name}": its launcher ${join(root, "connectors", "launchers", file)} does not exist.`,
    { fix: "Create the file, or correct the setting launcher of the connector." },
  );
}

/** An environment whose build has finished in this place, and whose Python still exists. */
function completeEnvironment(directory: string): Environment | undefined {
  try {
    const environment = JSON.parse(readFileSync(join(directory, MARKER), "utf8")) as Environment;
    return environment.directory === directory && existsSync(environment.python)
      ? environment
      : undefined;
  } catch {
    return undefined;
  }
}

const NOT_WRITABLE = ["EACCES", "EPERM", "EROFS"];
const NO_FOLDER = ["ENOTDIR", "EEXIST"];

function fileSystemProblem(error: unknown, root: string): UserError | undefined {
  const { code = "", path } = error as NodeJS.ErrnoException;
  const place = path ?? root;
  if (code === "ENOSPC")
    return new UserError(`${place}: the disk is full.`, {
      fix: "Free some space, or set TAPCTL_ENVIRONMENTS to a folder on another disk.",
      exitCode: 1,
    });
  if (NOT_WRITABLE.includes(code))
    return new UserError(`${place}: cannot be written. Connectors are installed in ${root}.`, {
      fix: "Check its permissions, or set TAPCTL_ENVIRONMENTS to a folder that is writable.",
      exitCode: 1,
    });
  if (NO_FOLDER.includes(code))
    return new UserError(`${place}: is not a folder. Connectors are installed in ${root}.`, {
      fix: "Move the file, or set TAPCTL_ENVIRONMENTS to a folder.",
      exitCode: 1,
    });
  return undefined;
}
