import type { CheckedSettings } from "../src/settings/schema";
import type { Cloud } from "./cloud";

/**
 * The cloud that the settings name; undefined if they name none. It is loaded here instead of imported, so that
 * a stack without it neither loads nor type-checks code and packages that only this cloud needs.
 */
export function cloudOf({ aws }: Pick<CheckedSettings, "aws">): Cloud | undefined {
  return aws === undefined
    ? undefined
    : (module.require("./aws/index") as { readonly aws: Cloud }).aws;
}
