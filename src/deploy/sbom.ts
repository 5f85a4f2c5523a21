import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { print } from "../common/print";
import { imageSboms } from "../common/registry/image-sbom";
import { parseImageReference } from "../common/registry/image-reference";
import { repositoriesBelow } from "../common/registry/repositories";
import { readBuildContext } from "../manifests/images/build-context";
import { taggedReference } from "../manifests/images/image";
import { imageOrigins } from "../manifests/images/image-builds";
import { isReplication } from "../model/define";
import { loadProject } from "../run/project";
import { readStackFile } from "../settings/stack-file";

/** Options of `tapctl sbom`. */
export interface SbomFlags {
  /** Folder of the project. */
  readonly root: () => string;
  readonly stack: string;
  /** Folder to write files to. Default: one SBOM is printed. */
  readonly out?: string;
}

/** An image with the name that its SBOM's file gets. */
interface NamedImage {
  readonly name: string;
  readonly image: string;
}

/**
 * `tapctl sbom`: reads what images consist of from the registry, as recorded when they were built.
 *
 * @param names connectors of the array, or images; empty for all connectors.
 */
export async function writeSboms(
  names: readonly string[],
  { root, stack, out }: SbomFlags,
): Promise<void> {
  const given = names.filter(isImage).map((image) => ({ name: nameOf(image), image }));
  const connectors = names.filter((name) => !isImage(name));
  const images =
    names.length > 0 && connectors.length === 0
      ? given
      : [...given, ...imagesOf(root(), stack, connectors)];
  const found = await Promise.all(
    images.map(async (one) => ({ ...one, files: await imageSboms(one.image) })),
  );
  const documents = found.flatMap(({ name, files }) =>
    files.map(({ platform, text }) => ({
      file: `${[name, ...(platform === undefined ? [] : [platform.replaceAll("/", "-")])].join("-")}.cdx.json`,
      text,
    })),
  );
  const [only, ...others] = documents;
  if (out === undefined) {
    if (only === undefined || others.length > 0)
      throw new UserError(`${documents.length} SBOMs were found, but only one can be printed`, {
        fix: "Write them to a folder with: --out DIR",
      });
    return print(only.text.trimEnd());
  }
  mkdirSync(out, { recursive: true });
  for (const { file, text } of documents) {
    writeFileSync(join(out, file), text);
    print(join(out, file));
  }
}

/** Images of a stack, by the names of their connectors; of all without names. */
function imagesOf(root: string, stack: string, names: readonly string[]): readonly NamedImage[] {
  const { entries } = loadProject(root);
  const { settings } = readStackFile(root, stack);
  if (settings.aws?.ecr)
    throw new UserError(
      `the stack "${stack}" creates its registry, whose address is not known here`,
      {
        fix: ({ tapctl }) =>
          `Name an image: ${tapctl("sbom ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG")}`,
      },
    );
  const { of } = imageOrigins(
    entries,
    readBuildContext(settings.images.baseImage, root),
    settings.images.ready,
  );
  const connectors = new Map(
    entries
      .filter(isReplication)
      .flatMap(({ tap, target }) => [tap.connector, target.connector])
      .map((connector) => [connector.name, connector] as const),
  );
  const unknown = names.find((name) => !connectors.has(name));
  if (unknown !== undefined)
    throw new UserError(`no pipeline uses a connector "${unknown}"`, {
      fix: `Choose one of: ${[...connectors.keys()].sort().join(", ")}`,
    });
  return [...connectors.values()]
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((connector) => ({
      name: connector.name,
      image: taggedReference(repositoriesBelow(settings.registry.address), of(connector)),
    }));
}

/** Whether an argument is an image: names of connectors have none of these characters. */
function isImage(text: string): boolean {
  return /[/:@]/.test(text);
}

function nameOf(image: string): string {
  return parseImageReference(image).repository.split("/").at(-1) ?? image;
}
