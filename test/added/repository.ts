import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { commit } from "../support/package-sources";

/**
 * A git repository with the content of a package's source archive, tagged with its version.
 *
 * @returns its address for `tapctl add --from`.
 */
export function repositoryOf(name: string, version: string | undefined, folder: string): string {
  const downloads = join(folder, "downloads");
  mkdirSync(downloads, { recursive: true });
  const requirement = version === undefined ? name : `${name}==${version}`;
  const flags = ["--no-deps", "--no-binary", ":all:", "--quiet"];
  // pip prepares the metadata as well, which may fail without consequences.
  try {
    execFileSync("python3", ["-m", "pip", "download", ...flags, "--dest", downloads, requirement], {
      stdio: "ignore",
    });
  } catch {
    // The archive may be there all the same.
  }
  const [archive] = readdirSync(downloads).filter((file) => file.endsWith(".tar.gz"));
  if (archive === undefined) throw new Error(`${requirement} has no source archive`);
  execFileSync("tar", ["--no-same-owner", "-xzf", join(downloads, archive), "-C", folder]);
  const [code] = readdirSync(folder).filter((file) => file !== "downloads");
  const tag = `v${/-([^-]+)\.tar\.gz$/.exec(archive)?.[1] ?? "0"}`;
  commit(join(folder, code ?? ""), tag);
  return `git+file://${join(folder, code ?? "")}@${tag}`;
}
