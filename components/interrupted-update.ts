import * as pulumi from "@pulumi/pulumi";
import type { Commands } from "../src/common/commands";

/** Errors of the API server and of Helm for an object that already exists. */
const EXISTS =
  /already exists|cannot re-use a name that is still in use|another operation \(install\/upgrade\/rollback\) is in progress/;

/**
 * Adds the fix to the error of an object that already exists: usually, an earlier update was killed
 * before it could save that it had created the object. Applies to a component and everything below
 * it.
 *
 * @param commands the commands to print.
 */
export function namesRecovery({ onStack }: Commands): pulumi.ResourceTransformation {
  const hook = new pulumi.ErrorHook("interrupted-update", async ({ name, errors }) => {
    // Awaited: once the hook returns, the engine may end the update before it receives the message.
    if (EXISTS.test(errors[0] ?? ""))
      await pulumi.log.error(recoveryText(name, onStack("recover")));
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

function recoveryText(name: string, recover: string): string {
  return `"${name}" exists on the cluster but not in the state of the stack. If an earlier update was interrupted, repair the state with: ${recover}. Then start the update again. If the object does not belong to this stack, rename or delete it.`;
}
