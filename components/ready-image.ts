import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../settings";
import type { RegistrySettings } from "../settings/images";
import { hostOf, parseImageReference, registryAddress } from "./image-reference";

/** Arguments of {@link readyImages}. */
export interface ReadyImagesArgs {
  /** Registry that the settings have a user for. */
  readonly registry: RegistrySettings;
  /** Values of the secrets that the settings name. */
  readonly secrets: Secrets;
}

/**
 * Gives images that are there already by their digests: one that has a digest as it is, one by tag after its registry
 * was asked, in previews too, so that a tag that has moved shows there. No Docker engine is asked.
 *
 * @returns each text with its reference, one look-up a text.
 */
export function readyImages(references: readonly string[], { registry, secrets }: ReadyImagesArgs, opts: pulumi.ComponentResourceOptions = {}): ReadonlyMap<string, pulumi.Output<string>> {
  const sorted = [...new Set(references)].sort();
  const byTag = sorted.filter((reference) => parseImageReference(reference).digest === undefined);
  if (byTag.length === 0) return new Map(sorted.map((reference) => [reference, pulumi.output(reference)]));
  const provider = new docker.Provider("registries", { host: NO_ENGINE, disableDockerDaemonCheck: true, registryAuth: registryAuth(byTag, registry, secrets) }, { ...(opts.parent && { parent: opts.parent }) });
  const lookUp = (name: string) => pulumi.output(docker.getRegistryImage({ name }, { provider }).then(({ sha256Digest }) => `${name}@${sha256Digest}`, (error: unknown) => Promise.reject(lookUpError(name, error))));
  return new Map(sorted.map((reference) => [reference, byTag.includes(reference) ? lookUp(reference) : pulumi.output(reference)]));
}

// The provider wants an answer of the engine when it starts, whatever disableDockerDaemonCheck says, unless the engine is behind
// SSH. With no host its inputs would have DOCKER_HOST of whoever runs the engine, and change from one machine to the next.
const NO_ENGINE = "ssh://no-engine";

/** Says in one line why an image by tag has no digest, whatever way the error took through the engine and the provider. */
export function lookUpError(name: string, error: unknown): pulumi.RunError {
  const text = error instanceof Error ? error.message : String(error);
  const reason = /\* ([^\n]+)/.exec(text)?.[1]?.replace(/^.* from registry: /, "") ?? text.replace(/^invocation of \S+ returned an error: /, "");
  // Pulumi prints the stack of what fails after the program's last line, that of a RunError too.
  return Object.assign(new pulumi.RunError(`the ready image ${name} cannot be looked up: ${reason.trim()}`), { stack: "" });
}

/** How to speak to the registries: with the settings' user where there is one, and without TLS on this machine. */
function registryAuth(references: readonly string[], { address, username, password }: RegistrySettings, secrets: Secrets): docker.types.input.ProviderRegistryAuth[] {
  const own = username === undefined || password === undefined ? undefined : { host: hostOf(address), username, password: secrets[password] ?? "" };
  const hosts = [...new Set(references.map((reference) => parseImageReference(reference).host))].sort();
  return hosts.flatMap((host): docker.types.input.ProviderRegistryAuth[] => {
    const server = registryAddress(host);
    if (host === own?.host) return [{ address: server, username: own.username, password: own.password }];
    return server.startsWith("http:") ? [{ address: server, authDisabled: true }] : [];
  });
}
