import { readFileSync } from "node:fs";
import { packageFile, VERSION } from "../../common/package";
import type { UiSettings } from "../../settings/ui";
import { CONSOLE } from "../stack/console";
import { consoleFiles } from "./console-context";
import { contentHash, type ImageBuild, type ImageOrigin } from "./image";

/** Whether a stack builds an image for its console. */
export function isConsoleBuilt({ enabled, image }: UiSettings): boolean {
  return enabled && image === undefined;
}

/** The origin of the console's image; undefined if the stack has no console. */
export function consoleImage(ui: UiSettings): ImageOrigin | undefined {
  if (!ui.enabled) return undefined;
  return ui.image === undefined ? { build: consoleBuild(ui) } : { ready: ui.image };
}

/** The build of the console's image. */
export function consoleBuild({ baseImage }: Pick<UiSettings, "baseImage">): ImageBuild {
  const args = { BASE_IMAGE: baseImage };
  const dockerfile = readFileSync(packageFile("images", "console", "Dockerfile"), "utf8");
  const content = [args, dockerfile, consoleFiles()];
  return {
    repository: CONSOLE,
    tag: `${VERSION}-${contentHash(content)}`,
    program: "console",
    args,
  };
}
