import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { createVenv } from "../../src/run/environments/installer";
import { installUnlocked } from "../../src/run/environments/install-packages";
import { findInstaller } from "../../src/run/environments/find-installer";
import { findPython } from "../../src/run/environments/find-python";

const MOTO = "5.2.5";
const PACKAGES = {
  package: "moto[s3]",
  version: MOTO,
  extraPackages: ["flask==3.1.3", "flask-cors==6.0.5"],
};

/** How many objects or folders the server lists at once; S3 lists 1000. Small, so that short lists have pages. */
export const PAGE = 25;

const root = resolve(__dirname, "..", "..");

/** A running S3 server. It keeps its buckets in memory. */
export interface S3Server {
  /** URL without a slash at its end, e.g. `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  /** Creates a bucket. */
  makeBucket(name: string): Promise<void>;
  /** Ends the server. */
  stop(): Promise<void>;
}

/**
 * Starts moto's S3 server on a free port and gives this process credentials for it. It ends with this
 * process at the latest. The first call on a machine installs it (a venv below `.tapctl/test/`).
 */
export async function startS3Server(): Promise<S3Server> {
  const python = await installMoto();
  const child = spawn(python, [join(__dirname, "s3-server.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, MOTO_S3_DEFAULT_MAX_KEYS: String(PAGE) },
  });
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, "exit").then(() => undefined);
  const announced = once(createInterface(child.stdout), "line").then(([line]) => String(line));
  const port = await Promise.race([announced, ended]);
  if (port === undefined) {
    throw new Error(`moto did not start: ${errors.join("")}`);
  }
  const endpoint = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
  return {
    endpoint,
    makeBucket: async (name) => {
      const answer = await fetch(`${endpoint}/${name}`, { method: "PUT" });
      if (!answer.ok) {
        throw new Error(`bucket ${name}: ${answer.status} ${await answer.text()}`);
      }
    },
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Created under another name and renamed, so that test files that run in parallel never see an incomplete one. */
async function installMoto(): Promise<string> {
  const folder = join(root, ".tapctl/test");
  const home = join(folder, `moto-${MOTO}`);
  if (existsSync(home)) return join(home, "bin/python");
  const partial = `${home}.${process.pid}`;
  const environments = join(root, ".tapctl/environments");
  for (const path of [folder, environments]) await mkdir(path, { recursive: true });
  const context = {
    python: await findPython(),
    root: environments,
    log: `${partial}.log`,
    onLine: () => undefined,
  };
  const installer = await findInstaller(context);
  const made = await createVenv(installer, context, partial);
  const { code, output } =
    made.code === 0 ? await installUnlocked(installer, context, partial, PACKAGES) : made;
  if (code !== 0) throw new Error(`moto cannot be installed: ${output}`);
  await rm(context.log);
  await rename(partial, home).catch(async (error: unknown) => {
    await rm(partial, { recursive: true });
    if (!existsSync(home)) throw error;
  });
  return join(home, "bin/python");
}
