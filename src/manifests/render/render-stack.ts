import type { PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import { knownAws } from "../aws/known";
import { pullRepositories, repositoriesBelow } from "../../common/registry/repositories";
import { renderParts, type Rendered, type RenderOptions } from "./render";
import { stackClusterSettings } from "../stack-cluster-settings";

/**
 * Renders the manifests of a stack without Pulumi and without a cloud. Images are referenced by tag
 * if the stack looks up their digests, and secrets are references.
 *
 * @param options `root`, and options that override the stack's settings.
 * @throws UserError if the settings do not contain the address of a cloud's registry.
 */
export function renderStack(
  entries: readonly PipelineEntry[],
  stack: CheckedSettings,
  {
    root,
    registry,
    namespace = stack.namespace,
    baseImage = stack.images.baseImage,
  }: Pick<RenderOptions, "root"> & Partial<RenderOptions>,
): Rendered {
  const { accounts, pullRepository = pullRepositories(stack.registry) } = knownAws(stack, entries);
  return renderParts(entries, {
    root,
    settings: stackClusterSettings({ ...stack, namespace }, accounts),
    repository: registry === undefined ? pullRepository : repositoriesBelow(registry),
    baseImage,
    ready: stack.images.ready,
  });
}
