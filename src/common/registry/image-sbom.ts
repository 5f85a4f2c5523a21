import { UserError } from "../errors";
import { dockerLogin } from "./docker-login";
import { readImageFile, type ImageFile } from "./image-file";
import { parseImageReference } from "./image-reference";
import type { Login } from "./registry-token";

/** Path of the SBOM in images that tapctl builds, without the leading slash. */
export const SBOM_PATH = "opt/singer/sbom.cdx.json";

/**
 * The SBOM of an image that tapctl built, for each of its platforms.
 *
 * @param login Default: that of the Docker client.
 * @throws UserError if the image has none.
 */
export async function imageSboms(image: string, login?: Login): Promise<readonly ImageFile[]> {
  const files = await readImageFile(
    image,
    SBOM_PATH,
    login ?? dockerLogin(parseImageReference(image).host),
  );
  if (files.length > 0) return files;
  throw new UserError(`the image ${image} has no SBOM in /${SBOM_PATH}`, {
    fix: "Only images that this version builds have one: deploy again to rebuild it.",
    exitCode: 1,
  });
}
