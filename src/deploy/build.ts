import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { show } from "../common/command";
import { UserError } from "../common/errors";
import { printJson } from "../common/print";
import { digestOf } from "../common/registry/image-digest";
import { pullRepositories, repositoriesBelow } from "../common/registry/repositories";
import { knownAws } from "../manifests/aws/known";
import { readBuildContext } from "../manifests/images/build-context";
import { buildxArguments } from "../manifests/images/buildx";
import { stageConsole } from "../manifests/images/console-context";
import { taggedReference, type ImageBuild } from "../manifests/images/image";
import { nameBuilds, stackOrigins } from "../manifests/images/image-builds";
import { stagePackage } from "../manifests/images/stage-package";
import { secretVariable } from "../model/validation/secrets";
import type { PipelineEntry } from "../model/define";
import { localSecrets } from "../run/secrets";
import type { CheckedSettings } from "../settings/schema";

/** Variable with the token for a git host. */
const GIT_TOKEN = "TAPCTL_GIT_TOKEN";

/**
 * `tapctl build`: builds the images of a stack that its registry does not have, pushes them, and
 * prints the digests of all by the reference that pods use.
 *
 * @throws UserError if an image cannot be built.
 */
export async function buildImages(
  root: string,
  entries: readonly PipelineEntry[],
  settings: CheckedSettings,
): Promise<void> {
  const context = readBuildContext(settings.images.baseImage, root);
  const { all } = stackOrigins(entries, context, settings);
  const builds = nameBuilds(all.flatMap((origin) => ("build" in origin ? [origin.build] : [])));
  const { pullRepository = pullRepositories(settings.registry) } = knownAws(settings, entries);
  const pushRepository = settings.aws?.ecr
    ? pullRepository
    : repositoriesBelow(settings.registry.address);
  const digests: [string, string][] = [];
  for (const [, build] of builds) {
    const tag = taggedReference(pushRepository, { build });
    const digest = (await existing(tag)) ?? (await built(build, tag, root, settings));
    digests.push([taggedReference(pullRepository, { build }), digest]);
  }
  printJson(Object.fromEntries(digests));
}

/** Digest of an image that the registry has; undefined also if that is unknown. */
async function existing(image: string): Promise<string | undefined> {
  try {
    return await digestOf(image);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

async function built(
  build: ImageBuild,
  tag: string,
  root: string,
  settings: CheckedSettings,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-build-"));
  const metadata = join(folder, "metadata.json");
  const token = gitToken(build, root, settings);
  const { packageFrom: from } = build;
  const args = buildxArguments(build, {
    settings,
    root,
    tag,
    metadata,
    ...(settings.certificateAuthority !== "" && {
      certificates: resolve(root, settings.certificateAuthority),
    }),
    ...(token !== undefined && { gitToken: GIT_TOKEN }),
    ...(build.program === "console" && { context: join(root, stageConsole(root)) }),
    ...(from?.kind === "local" && { localPackage: join(root, stagePackage(from, root)) }),
  });
  try {
    const env = { ...process.env, ...(token !== undefined && { [GIT_TOKEN]: token }) };
    if ((await show("docker", args, { cwd: root, env, output: "stderr" })) !== 0)
      throw new UserError(`${tag}: cannot be built.`, {
        fix: "Correct what docker reports above.",
        exitCode: 1,
      });
    const { "containerimage.digest": digest } = JSON.parse(readFileSync(metadata, "utf8")) as {
      readonly "containerimage.digest": string;
    };
    return digest;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The token for the host of a connector's repository; the environment or `.env` contains it. */
function gitToken(
  { packageFrom: from }: ImageBuild,
  root: string,
  { images }: CheckedSettings,
): string | undefined {
  if (from?.kind !== "git" || from.ssh) return undefined;
  const name = images.git.tokens[from.host];
  if (name === undefined) return undefined;
  const value = localSecrets(root)(name);
  if (value === undefined)
    throw new UserError(`Secret "${name}" is not set on this machine.`, {
      fix: `Set ${secretVariable(name)} in the environment or in .env.`,
    });
  return value;
}
