import { isThere } from "../common/registry/image-digest";
import type { Login } from "../common/registry/registry-token";
import { CONSOLE } from "../manifests/stack/console";
import { nameOf, type RecordedResource } from "./state";

const ANSWER_MS = 5_000;

/**
 * The stack's images that are missing from their registry. Pulumi's refresh detects them only with
 * some registries: with others it leaves the image in the state, and nothing rebuilds it. Images
 * that cannot be checked count as present.
 *
 * @param repositories repositories of the images that the array still uses.
 * @param login credentials for the registry. Default: anonymous.
 * @returns URNs.
 */
export async function lostImages(
  recorded: readonly RecordedResource[],
  repositories: readonly string[],
  login?: Login,
): Promise<readonly string[]> {
  const images = recorded.filter(
    ({ type, urn }) =>
      type === "docker-build:index:Image" &&
      repositories.some((repository) => isOf(repository, nameOf(urn))),
  );
  const lost = await Promise.all(
    images.map(
      async ({ outputs }) =>
        typeof outputs?.["ref"] === "string" &&
        (await isThere(outputs["ref"], ANSWER_MS, login)) === false,
    ),
  );
  return images.filter((_, index) => lost[index]).map(({ urn }) => urn);
}

/** An image resource is named after its repository, plus a version or tag if there are several. */
const isOf = (repository: string, name: string): boolean =>
  name === repository ||
  name.startsWith(`${repository}-`) ||
  (repository === CONSOLE && name === "console");
