import { UserError } from "../errors";
import { isReplication, type PipelineEntry } from "../pipelines/define";
import { capture } from "./command";

/** Whether an image of an array has to be built: one that is not named in the setting `images.ready`, which is given as JSON. */
export function buildsImages(entries: readonly PipelineEntry[], ready: string): boolean {
  const given = new Set(Object.keys(ready === "" ? {} : (JSON.parse(ready) as object)));
  const needed = ["singer-runner", ...entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector.name, target.connector.name])];
  return !needed.every((name) => given.has(name));
}

/**
 * Looks whether images can be built and pushed, before anything is changed.
 *
 * @param address of the registry, with a path or without.
 * @throws UserError where there is no Docker engine or the registry does not answer.
 */
export async function checkRegistry(address: string): Promise<void> {
  if (!capture("docker", ["version", "--format", "{{.Server.Version}}"]).ok) throw new UserError("connector images are built by Docker, and no engine answers `docker version`; start one, or name ready images under tapctl:images.ready");
  const host = address.split("/")[0] ?? address;
  const tried = await Promise.all(["https", "http"].map((protocol) => answers(`${protocol}://${host}/v2/`)));
  if (!tried.includes(true)) throw new UserError(`the registry ${host} does not answer; name another one under tapctl:registry.address in the stack's configuration, Pulumi.dev.yaml`, 1);
}

async function answers(url: string): Promise<boolean> {
  try {
    // 401 is an answer too: who may push shows when the first image is pushed.
    return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).status < 500;
  } catch {
    return false;
  }
}
