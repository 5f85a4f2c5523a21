import * as pulumi from "@pulumi/pulumi";

/** Tag that tells what this stack made from what was there. */
export const STACK_TAG = "tapctl:stack";

/** Tags of all that this stack makes. */
export function stackTags(): { readonly [name: string]: string } {
  return { [STACK_TAG]: `${pulumi.getProject()}/${pulumi.getStack()}` };
}
