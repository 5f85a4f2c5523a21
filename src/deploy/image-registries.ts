import { readBuildContext } from "../manifests/images/build-context";
import { imageRepositories } from "../manifests/images/image-builds";
import type { PipelineEntry } from "../model/define";
import type { RegistrySettings } from "../settings/images";
import type { CheckedSettings } from "../settings/schema";
import { askEngine, type Engine } from "./pulumi";
import { checkLogin } from "./registry-login";
import { checkRegistry } from "../manifests/images/registry";
import type { Login } from "../common/registry/registry-token";

/** Repositories of the images that the pipelines need. */
export function repositoriesOf(
  root: string,
  settings: CheckedSettings,
  pipelines: readonly PipelineEntry[],
): readonly string[] {
  return imageRepositories(pipelines, readBuildContext(settings.images.baseImage, root), settings);
}

/** Checks whether images can be built and pushed. */
export async function checkRegistries(
  root: string,
  settings: CheckedSettings,
  pipelines: readonly PipelineEntry[],
  login: Login | undefined,
): Promise<void> {
  if (repositoriesOf(root, settings, pipelines).length === 0) return;
  const { registry, images, aws } = settings;
  const address = aws?.ecr ? undefined : registry.address;
  await checkRegistry(images, address);
  if (address !== undefined && login !== undefined && registry.password !== undefined)
    await checkLogin(address, login, registry.password);
}

/**
 * Login for pushing images; undefined if the Docker client provides it, or if the secret is not
 * set, which the program reports.
 */
export function loginOf(
  engine: Engine,
  { username, password: secret }: RegistrySettings,
): Login | undefined {
  if (username === undefined || secret === undefined) return undefined;
  const { ok, output } = askEngine(engine, [
    "config",
    "get",
    "--path",
    `tapctl:secrets["${secret}"]`,
    ...engine.stack,
  ]);
  return ok ? { username, password: output } : undefined;
}
