import { isThere } from "../common/registry/image-digest";
import type { Login } from "../common/registry/registry-token";
import { nameOf, type RecordedResource } from "./state";

const ANSWER_MS = 5_000;

/**
 * The stack's images that their registry no longer has. The engine's refresh finds them with some registries alone: where it
 * cannot look it leaves the image in the state, and nothing builds it again. One that cannot be asked for counts as there.
 *
 * @param repositories those that the array still has images in.
 * @param login who asks. Default: anybody.
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

/** The resource of an image is called after its repository, and a version or tag where there are several of it. */
const isOf = (repository: string, name: string): boolean =>
  name === repository || name.startsWith(`${repository}-`);
