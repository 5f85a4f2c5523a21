import { isThere } from "./image-digest";
import type { RecordedResource } from "./state";

const ANSWER_MS = 5_000;

/**
 * The stack's images that their registry no longer has. The engine's refresh finds them with some registries alone: where it
 * cannot look it leaves the image in the state, and nothing builds it again. One that cannot be asked for counts as there.
 *
 * @returns URNs.
 */
export async function lostImages(recorded: readonly RecordedResource[]): Promise<readonly string[]> {
  const images = recorded.filter(({ type }) => type === "docker-build:index:Image");
  const lost = await Promise.all(images.map(async ({ outputs }) => typeof outputs?.["ref"] === "string" && (await isThere(outputs["ref"], ANSWER_MS)) === false));
  return images.filter((_, index) => lost[index]).map(({ urn }) => urn);
}
