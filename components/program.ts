import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { commandsFor } from "../src/common/commands";
import { UserError } from "../src/common/errors";
import { withoutSourceMaps } from "../src/common/source-maps";
import { readBuildContext } from "../src/manifests/images/build-context";
import { readContracts } from "../src/model/contracts";
import type { PipelineEntry } from "../src/model/define";
import { loadSettings } from "../src/settings/load-settings";
import { checkSigning } from "./images/image-signer";
import { readyDigests, readyImages } from "./images/ready-image";
import { namesRecovery } from "./interrupted-update";
import { check, deploy } from "./stack";

/**
 * A Pulumi program; it resolves to the outputs of the stack. Their type is not named here, so that the type check of a
 * project does not read the declarations of Pulumi and Kubernetes, which takes seconds.
 */
export type Program = () => Promise<object>;

/** The mocks of `pulumi.runtime.setMocks`, by which a unit test runs the program, do not support error hooks. */
function supportsErrorHooks(): boolean {
  return "registerErrorHook" in (getMonitor() ?? {});
}

/**
 * Returns the Pulumi program of a project: Argo Workflows, the object store, the images and the
 * pipelines, as set in the stack's configuration under `tapctl:`.
 *
 * @example
 * ```ts
 * import { stack } from "tapctl/stack";
 * import { pipelines } from "./pipelines";
 * export = stack(pipelines);
 * ```
 * @returns the program. It fails without a stack trace, with all problems of the array and the
 *   settings.
 */
export function stack(entries: readonly PipelineEntry[]): Program {
  return async () => {
    const commands = commandsFor({ stack: pulumi.getStack });
    try {
      const settings = loadSettings();
      const pipelines = readContracts(entries, process.cwd());
      await check(settings, pipelines);
      const context = readBuildContext(settings.images.baseImage);
      const digests = await readyDigests(settings, pipelines, context);
      await checkSigning(settings, readyImages(pipelines, context, settings.images.ready, digests));
      const transformations = supportsErrorHooks() ? [namesRecovery(commands)] : [];
      return withoutSourceMaps(() => deploy(settings, pipelines, { digests, transformations }));
    } catch (error) {
      throw error instanceof UserError ? new pulumi.RunError(error.textWith(commands)) : error;
    }
  };
}
