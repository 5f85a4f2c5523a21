import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { UserError } from "../common/errors";
import { stringifyJson } from "../common/json";
import { plural } from "../common/plural";
import { print, printJson, table } from "../common/print";
import { argoCdFiles } from "../manifests/complete/argo-cd";
import { completeStack } from "../manifests/complete/complete-stack";
import type { SecretStore } from "../manifests/complete/external-secret";
import { fluxFiles } from "../manifests/complete/flux";
import { STACK_FOLDER, type GitSource } from "../manifests/complete/git-source";
import type { RequiredSecret } from "../manifests/complete/required-secrets";
import type { ManifestFile } from "../manifests/render/render";
import type { PipelineEntry } from "../model/define";
import { readCertificates } from "../settings/certificate-authority";
import { readPublicKey } from "../settings/public-key";
import type { CheckedSettings } from "../settings/schema";
import { readStackFile } from "../settings/stack-file";
import { IMAGE_LOCK, imagesByDigest } from "./images-by-digest";
import { writeFiles } from "./write-files";

/** Options of `tapctl render --complete`. */
export interface CompleteFlags {
  readonly for: "argo-cd" | "flux";
  readonly stack: string;
  readonly out: string;
  /** Argo CD: URL of the git repository. Flux: name of the GitRepository. */
  readonly repo: string;
  readonly revision: string;
  /** File with digests of images. Default: they are looked up. */
  readonly images?: string;
  /** Store of External Secrets Operator. Default: the Secrets exist. */
  readonly secretStore?: SecretStore;
  readonly json?: boolean;
}

/** First line of every written manifest, by which files of removed pipelines are recognized. */
const HEADER = "# Written by tapctl render --complete: changes are overwritten.\n";

/**
 * Writes everything that a stack consists of.
 *
 * @throws UserError if a digest cannot be looked up, or if the stack needs values of a cloud.
 */
export async function renderComplete(
  { root, entries }: { readonly root: string; readonly entries: readonly PipelineEntry[] },
  flags: CompleteFlags,
): Promise<void> {
  const { settings } = readStackFile(root, flags.stack);
  refuseUnknown(settings);
  const certificates = readCertificates(settings.certificateAuthority, root);
  const { signing } = settings.images;
  const { images, digests } = await imagesByDigest(root, entries, settings, flags);
  const stack = completeStack({
    stack: flags.stack,
    settings,
    entries,
    images,
    ...(certificates !== undefined && { certificates }),
    ...(signing?.admission && { publicKey: readPublicKey(signing, root) }),
    ...(flags.secretStore && { secretStore: flags.secretStore }),
  });
  const options = {
    stack: flags.stack,
    git: gitSource(root, flags),
    protect: settings.protect,
  };
  const files = (flags.for === "flux" ? fluxFiles : argoCdFiles)(stack, options).map(
    ({ path, text }) => ({ path, text: HEADER + text }),
  );
  writeFiles(flags.out, [
    ...files,
    { path: IMAGE_LOCK, text: `${stringifyJson(digests, 2)}\n` },
    { path: "secrets.json", text: `${stringifyJson(stack.secrets, 2)}\n` },
  ]);
  removeOld(flags.out, files);
  if (flags.json)
    return printJson({ files: files.map(({ path }) => path), secrets: stack.secrets });
  print(
    `${flags.out}: ${plural(entries.length, "pipeline")}, ${plural(stack.charts.length, "chart")} for ${flags.for === "flux" ? "Flux" : "Argo CD"}`,
  );
  if (!flags.secretStore) printSecrets(stack.secrets);
}

/** ARNs of roles that Pulumi names are not known from the settings. */
function refuseUnknown({ objectStore: store }: CheckedSettings): void {
  if (store.kind === "aws" && store.identity.kind === "irsa")
    throw new UserError(
      "tapctl:objectStore.identity is irsa, and the ARN of the role is not known without the stack.",
      {
        fix: "Use pod-identity; or create the role yourself and set objectStore to kind s3 with ambient credentials.",
      },
    );
}

/** Where the output and the project are in the git repository that contains the output. */
function gitSource(root: string, { out, repo, revision }: CompleteFlags): GitSource {
  const top = repositoryAbove(resolve(out)) ?? resolve(root);
  const path = (folder: string) => relative(top, resolve(folder)).split(sep).join("/") || ".";
  return { repository: repo, revision, folder: path(out), project: path(root) };
}

function repositoryAbove(folder: string): string | undefined {
  if (existsSync(join(folder, ".git"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryAbove(parent);
}

/** Removes manifests that an earlier call has written, such as those of a removed pipeline. */
function removeOld(out: string, files: readonly ManifestFile[]): void {
  const written = new Set(files.map(({ path }) => join(out, path)));
  const existing = readdirSync(join(out, STACK_FOLDER), { recursive: true, withFileTypes: true });
  for (const entry of existing) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.endsWith(".yaml") || written.has(path)) continue;
    if (readFileSync(path, "utf8").startsWith(HEADER)) rmSync(path);
  }
}

function printSecrets(secrets: readonly RequiredSecret[]): void {
  if (secrets.length === 0) return;
  print("Secrets to create (secrets.json):");
  print(
    table(
      ["namespace", "name", "keys"],
      secrets.map(({ namespace, name, data }) => [namespace, name, Object.keys(data).join(", ")]),
    ),
  );
}
