import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { tap, type ConnectorDefinition } from "../../connectors";
import type { Environment, EnvironmentProgress } from "../../src/run/environments/environment";
import { findInstaller } from "../../src/run/environments/find-installer";
import { findPython } from "../../src/run/environments/find-python";
import { compiled } from "../support/command";

/** The folder with the suite's connectors and uv. */
const SHARED = join(__dirname, "..", "..", ".tapctl", "environments");
const FIXTURES = join(__dirname, "fixtures");

/** A folder of a test's own, removed after it. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-environments-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Where a test installs: an empty root with the suite's uv, and wheels of tiny connectors that pip finds. */
export interface Site {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Creates a site. */
export async function makeSite(t: TestContext): Promise<Site> {
  const folder = temporaryFolder(t);
  const [root, wheels] = [join(folder, "root"), join(folder, "wheels")];
  for (const path of [root, wheels, join(SHARED, "tools")]) mkdirSync(path, { recursive: true });
  const python = await findPython({}, { memory: SHARED });
  await findInstaller({
    python,
    root: SHARED,
    log: join(folder, "uv.log"),
    onLine: () => undefined,
  });
  symlinkSync(join(SHARED, "tools"), join(root, "tools"));
  spawnSync(python.path, [join(FIXTURES, "wheels.py"), wheels]);
  return {
    root,
    env: {
      ...process.env,
      PIP_FIND_LINKS: wheels,
      UV_FIND_LINKS: "",
      PIP_RETRIES: "0",
      UV_HTTP_RETRIES: "0",
    },
  };
}

/** A tiny connector: `tap-tiny`, `tap-slow`, `tap-broken`, `tap-needy` or `tap-future`. */
export function tiny(
  name: string,
  more: { readonly version?: string; readonly executable?: string } = {},
): ConnectorDefinition {
  return tap({ name, package: name, version: "1.0.0", ...more })({}).connector;
}

/** How an installation went. */
export interface Installed {
  readonly environment?: Environment;
  /** Message of the error that it ended with. */
  readonly error?: string;
  /** Processes it started. */
  readonly processes?: number;
  /** Time of the processor it took itself. */
  readonly cpuSeconds?: number;
  readonly progress: readonly EnvironmentProgress[];
}

/** An installation in a separate process. */
export interface Installing {
  readonly child: ChildProcess;
  /** Resolves when the phase starts. */
  reaches(phase: EnvironmentProgress["phase"]): Promise<void>;
  readonly end: Promise<Installed>;
}

/** Installs a connector in a separate process. */
export function startInstall({ root, env }: Site, connector: ConnectorDefinition): Installing {
  const args = [compiled("test/run/fixtures/install"), root, JSON.stringify(connector)];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const progress: EnvironmentProgress[] = [];
  const waiting: { readonly phase: string; readonly resolve: () => void }[] = [];
  let outcome = {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    const value = JSON.parse(line) as EnvironmentProgress | Installed;
    if (!("phase" in value)) outcome = value;
    else {
      progress.push(value);
      waiting.filter(({ phase }) => phase === value.phase).forEach(({ resolve }) => resolve());
    }
  });
  return {
    child,
    reaches: (phase) => new Promise((resolve) => waiting.push({ phase, resolve })),
    end: new Promise((resolve) => child.on("close", () => resolve({ ...outcome, progress }))),
  };
}

/** Installs a connector and returns how it went. */
export function install(site: Site, connector: ConnectorDefinition): Promise<Installed> {
  return startInstall(site, connector).end;
}

/** The phases in the order they began, each once. */
export function phases({ progress }: Installed): readonly string[] {
  return [...new Set(progress.map(({ phase }) => phase))];
}

const NOWHERE = "tap-that-no-index-has-7f3a";

/** The error of an installer names a package or version that does not exist. */
export async function assertUnknownPackage(t: TestContext, installer: "uv" | "pip"): Promise<void> {
  const site = await makeSite(t);
  const by = { ...site, env: { ...site.env, TEST_INSTALLER: installer } };
  const said = async (...args: Parameters<typeof tiny>) =>
    (await install(by, tiny(...args))).error ?? "no error";
  assert.match(
    await said(NOWHERE),
    new RegExp(
      `^${NOWHERE} 1.0.0 cannot be installed: the package index has no package "${NOWHERE}"\nCheck the name`,
    ),
  );
  assert.match(
    await said("tap-tiny", { version: "9.9.9" }),
    /^tap-tiny 9\.9\.9 cannot be installed: the package index has no version 9\.9\.9 of tap-tiny/,
  );
  assert.deepEqual(
    readdirSync(site.root).filter((name) => name.startsWith("tap-") && !name.endsWith(".log")),
    [],
  );
}
