import type { TextWithCommands } from "../common/commands";
import { UserError } from "../common/errors";
import { absentOrForbidden, ApiError } from "./api-errors";
import type { Connection } from "./connection";
import type { Page, ServiceObject } from "./objects";
import { SERVICES } from "./resources";

/** A console of the cluster. */
export interface Console {
  readonly name: string;
  readonly service: { readonly name: string; readonly namespace: string; readonly port: number };
  /** How to get the credentials; never the credentials themselves. */
  readonly credentials: TextWithCommands;
}

interface Wanted {
  readonly name: string;
  /** Default namespace, searched if the user may not list Services in all namespaces. */
  readonly namespace: string;
  readonly isIt: (service: ServiceObject) => boolean;
  readonly port: number;
  readonly credentials: (namespace: string) => TextWithCommands;
}

const WANTED: readonly Wanted[] = [
  {
    name: "Argo Workflows",
    namespace: "argo",
    isIt: ({ metadata }) =>
      metadata.labels?.["app.kubernetes.io/component"] === "server" &&
      metadata.labels["app.kubernetes.io/part-of"] === "argo-workflows",
    port: 2746,
    credentials:
      (namespace) =>
      ({ kubectl }) =>
        `if its server requires a token, create one of a ServiceAccount that may read Workflows: echo "Bearer $(${kubectl(`create token NAME -n ${namespace}`)})"`,
  },
  {
    name: "MinIO",
    namespace: "minio",
    isIt: ({ metadata, spec }) =>
      /minio/.test(metadata.name) && (spec.ports ?? []).some(({ port }) => port === 9001),
    port: 9001,
    credentials: (namespace) =>
      `user and password are in the keys rootUser and rootPassword of Secret ${namespace}/minio-root`,
  },
];

/** The consoles of the cluster, and why others could not be searched for. */
export interface FoundConsoles {
  readonly consoles: readonly Console[];
  /** E.g. `MinIO: You are not allowed to list services…`. */
  readonly refused: readonly UserError[];
}

/**
 * Finds the consoles in all namespaces, or in their default ones if the user may not list Services
 * everywhere.
 */
export async function findConsoles(connection: Connection): Promise<FoundConsoles> {
  const everywhere = await services(connection, undefined).catch(absentOrForbidden);
  const results = await Promise.all(
    WANTED.map((wanted) => findConsole(connection, wanted, everywhere)),
  );
  return {
    consoles: results.flatMap((one) =>
      one === undefined || one instanceof UserError ? [] : [one],
    ),
    refused: results.filter((one) => one instanceof UserError),
  };
}

/** A console, an error if access is denied, or undefined if it does not exist. */
async function findConsole(
  connection: Connection,
  { name, namespace, isIt, port, credentials }: Wanted,
  everywhere: readonly ServiceObject[] | undefined,
): Promise<Console | UserError | undefined> {
  try {
    const service = (everywhere ?? (await services(connection, namespace))).find(isIt);
    if (service === undefined) return undefined;
    const at = service.metadata.namespace ?? namespace;
    const { ports } = service.spec;
    return {
      name,
      service: {
        name: service.metadata.name,
        namespace: at,
        port: ports?.find((one) => one.port === port)?.port ?? ports?.[0]?.port ?? port,
      },
      credentials: credentials(at),
    };
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 403)) throw error;
    return error.in(name);
  }
}

async function services(
  connection: Connection,
  namespace: string | undefined,
): Promise<readonly ServiceObject[]> {
  return (
    (await connection.ask<Page<ServiceObject>>({ verb: "list", resource: SERVICES, namespace }))
      .items ?? []
  );
}
