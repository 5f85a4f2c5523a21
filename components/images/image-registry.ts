import type { Input } from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { RegistrySettings } from "../../src/settings/images";
import { hostOf } from "../../src/common/registry/image-reference";
import { pullRepositories, repositoriesBelow } from "../../src/common/registry/repositories";

/** Where the images go that a stack builds. */
export interface ImageRegistry {
  /** Where the images of a name are pushed to, such as `registry.example.com/etl/tap-postgres` for `tap-postgres`. */
  readonly repository: (name: string) => Input<string>;
  /** The same as pods pull from it. */
  readonly pullRepository: (name: string) => Input<string>;
  /** Who pushes. Default: whoever the Docker client is logged in as. */
  readonly login?: {
    /** Host of the registry. */
    readonly address: Input<string>;
    readonly username: Input<string>;
    readonly password: Input<string>;
  };
}

/** The registry that the settings name, with their user where they have one. */
export function registryOf(
  { address, pullAddress, username, password }: RegistrySettings,
  secrets: Secrets,
): ImageRegistry {
  return {
    repository: repositoriesBelow(address),
    pullRepository: pullRepositories({
      address,
      ...(pullAddress !== undefined && { pullAddress }),
    }),
    ...(username !== undefined &&
      password !== undefined && {
        login: { address: hostOf(address), username, password: requireSecret(secrets, password) },
      }),
  };
}
