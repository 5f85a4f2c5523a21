/** Address of a registry, and the address that pods pull from if it differs. */
export interface RegistryAddress {
  readonly address: string;
  readonly pullAddress?: string | undefined;
}

/** Address that pods pull from. */
export function pullAddressOf({ address, pullAddress }: RegistryAddress): string {
  return pullAddress ?? address;
}

/** Repository that pods pull an image from, by name, in the registry of the settings. */
export function pullRepositories(registry: RegistryAddress): (name: string) => string {
  return repositoriesBelow(pullAddressOf(registry));
}

/**
 * Repository of an image below an address, such as `localhost:5000/tap-postgres` for
 * `tap-postgres`.
 */
export function repositoriesBelow(address: string): (name: string) => string {
  return (name) => `${address.replace(/\/$/, "")}/${name}`;
}
