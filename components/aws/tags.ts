import * as pulumi from "@pulumi/pulumi";

/** Tag that identifies resources created by this stack. */
export const STACK_TAG = "tapctl:stack";

/** Tags of all resources of this stack. */
export function stackTags(): { readonly [name: string]: string } {
  return { [STACK_TAG]: `${pulumi.getProject()}/${pulumi.getStack()}` };
}
