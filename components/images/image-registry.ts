import type { Input } from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { RegistrySettings } from "../../src/settings/images";
import { hostOf } from "../../src/common/registry/image-reference";
import { pullRepositories, repositoriesBelow } from "../../src/common/registry/repositories";

/** A registry for the images that a stack builds. */
export interface ImageRegistry {
  /**
   * Repository to push an image to, such as `registry.example.com/etl/tap-postgres` for
   * `tap-postgres`.
   */
  readonly repository: (name: string) => Input<string>;
  /** Repository that pods pull an image from. */
  readonly pullRepository: (name: string) => Input<string>;
  /** Credentials for pushes. Default: the login of the Docker client. */
  readonly login?: {
    /** Host of the registry. */
    readonly address: Input<string>;
    readonly username: Input<string>;
    readonly password: Input<string>;
  };
}

/**
 * The registry of the settings.
 *
 * @throws UserError if the password is not set.
 */
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
