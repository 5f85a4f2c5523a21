import * as pulumi from "@pulumi/pulumi";
import { stackCommand } from "../src/common/command-text";

/** How providers say that what they were to create exists: the API server, and Helm. */
const EXISTS =
  /already exists|cannot re-use a name that is still in use|another operation \(install\/upgrade\/rollback\) is in progress/;

/**
 * Makes the error of an object that exists name the way out: most often an earlier update was killed before it could save
 * that it had created the object. Given to a component, it holds for all that is below it.
 */
export function namesRecovery(): pulumi.ResourceTransformation {
  const hook = new pulumi.ErrorHook("interrupted-update", async ({ name, errors }) => {
    // Awaited: once the hook has returned, the engine may end the update before the message reaches it.
    if (EXISTS.test(errors[0] ?? "")) await pulumi.log.error(recoveryText(name));
    return false;
  });
  return ({ type, props, opts }) =>
    type.startsWith("kubernetes:")
      ? {
          props,
          opts: {
            ...opts,
            hooks: { ...opts.hooks, onError: [...(opts.hooks?.onError ?? []), hook] },
          },
        }
      : undefined;
}

function recoveryText(name: string): string {
  return `"${name}" exists on the cluster and is not in the state of the stack. If an earlier update was interrupted, repair the state with: ${stackCommand("recover")}. Then start the update again. If the object is not of this stack, rename or delete it.`;
}
