import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "path/posix";
import { UserError } from "../../common/errors";
import { withLock } from "../lock";
import type { LoggedResult } from "../logged-process";
import { createVenv, type InstallContext, type Installer, runInstaller } from "./installer";
import { removeFolder } from "../../common/remove-folder";

/** Version of uv that is downloaded if the machine has none. */
const UV_VERSION = "0.13.9";

/**
 * Returns uv from `PATH`, or downloads it once from the package index into `<root>/tools`, or falls
 * back to pip.
 *
 * @throws UserError if Python has neither venv nor pip, and there is no uv.
 */
export async function findInstaller(context: InstallContext): Promise<Installer> {
  const { python, root } = context;
  if (await isUsableUv("uv")) return { kind: "uv", path: "uv" };
  const fetched = uvPlace(root);
  if (existsSync(fetched.path)) return { kind: "uv", path: fetched.path };
  if (!python.hasPip && !python.hasVenv) {
    throw new UserError(
      `Python ${python.version} at ${python.path} has neither venv nor pip, and uv is not installed.`,
      {
        fix: "Install one (Debian: apt-get install python3-venv; elsewhere: https://docs.astral.sh/uv), or set TAPCTL_PYTHON to another Python.",
      },
    );
  }
  const path = await fixedUv(context);
  if (path !== undefined) return { kind: "uv", path };
  if (python.hasVenv) return { kind: "pip" };
  throw new UserError(
    `Python ${python.version} at ${python.path} has no venv, and uv cannot be downloaded.`,
    {
      fix: `Install venv (Debian: apt-get install python3-venv) or uv (https://docs.astral.sh/uv). The error of the download is in ${context.log}`,
    },
  );
}

/**
 * Returns uv in the version that lock files are written with, downloaded once from the package
 * index; undefined if it is not available.
 */
export async function fixedUv(context: InstallContext): Promise<string | undefined> {
  const { folder, path } = uvPlace(context.root);
  if (existsSync(path)) return path;
  // Next to the tools, which several folders of environments may share by a link.
  await withLock(join(dirname(folder), ".lock"), { signal: context.signal }, () =>
    fetchUv(context, folder),
  );
  return existsSync(path) ? path : undefined;
}

function uvPlace(root: string): { readonly folder: string; readonly path: string } {
  const folder = join(root, "tools", `uv-${UV_VERSION}`);
  return { folder, path: join(folder, "bin", "uv") };
}

/** Puts uv in place atomically. A download that does not start is discarded. */
async function fetchUv(context: InstallContext, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const { python } = context;
  const partial = `${folder}.partial`;
  removeFolder(partial);
  mkdirSync(dirname(folder), { recursive: true });
  const fetched = python.hasPip
    ? await pipInstallUv(context, python.path, ["--target", partial])
    : await uvByVenv(context, partial);
  if (fetched.code === 0 && (await isUsableUv(join(partial, "bin", "uv"))))
    renameSync(partial, folder);
  else removeFolder(partial);
}

async function uvByVenv(context: InstallContext, folder: string): Promise<LoggedResult> {
  const made = await createVenv({ kind: "pip" }, context, folder);
  return made.code === 0 ? pipInstallUv(context, join(folder, "bin", "python"), []) : made;
}

function pipInstallUv(
  context: InstallContext,
  python: string,
  place: readonly string[],
): Promise<LoggedResult> {
  const pip = [
    python,
    "-m",
    "pip",
    "install",
    "--no-input",
    "--disable-pip-version-check",
    "--only-binary",
    ":all:",
  ] as const;
  return runInstaller(context, { kind: "pip" }, [...pip, ...place, `uv==${UV_VERSION}`]);
}

/** Whether a program is a uv with the flags used here (0.5 or later). */
function isUsableUv(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: 10_000, encoding: "utf8" }, (error, stdout) => {
      const [, major, minor] = /^uv (\d+)\.(\d+)/.exec(stdout) ?? [];
      resolve(!error && (Number(major) > 0 || Number(minor) >= 5));
    });
  });
}
