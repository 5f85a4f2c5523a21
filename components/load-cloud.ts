import type { CheckedSettings } from "../src/settings/schema";
import type { Cloud } from "./cloud";

/**
 * The cloud that the settings name; undefined where they name none. It is loaded here and by no import, because a
 * stack without it is neither to load nor to type-check what is only for it.
 */
export function cloudOf({ aws }: Pick<CheckedSettings, "aws">): Cloud | undefined {
  return aws === undefined
    ? undefined
    : (module.require("./aws/index") as { readonly aws: Cloud }).aws;
}
