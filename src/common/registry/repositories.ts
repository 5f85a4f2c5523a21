/** Address of a registry, and the one pods pull from where it differs. */
export interface RegistryAddress {
  readonly address: string;
  readonly pullAddress?: string | undefined;
}

/** Where the images of a name are in the registry that the settings name, as pods pull them. */
export function pullRepositories({
  address,
  pullAddress,
}: RegistryAddress): (name: string) => string {
  return repositoriesBelow(pullAddress ?? address);
}

/** Where the images of a name are below an address, such as `localhost:5000/tap-postgres` for `tap-postgres`. */
export function repositoriesBelow(address: string): (name: string) => string {
  return (name) => `${address.replace(/\/$/, "")}/${name}`;
}
