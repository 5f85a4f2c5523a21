import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import type { Page, ServiceObject } from "./objects";
import { SERVICES } from "./resources";

/** A console of the cluster. */
export interface Console {
  readonly name: string;
  readonly service: { readonly name: string; readonly namespace: string; readonly port: number };
  /** How one gets what one logs in with; never that itself. */
  readonly credentials: string;
}

interface Wanted {
  readonly name: string;
  /** Where it is by default, which is looked at by those who may not look everywhere. */
  readonly namespace: string;
  readonly isIt: (service: ServiceObject) => boolean;
  readonly port: number;
  readonly credentials: (namespace: string) => string;
}

const WANTED: readonly Wanted[] = [
  {
    name: "Argo Workflows",
    namespace: "argo",
    isIt: ({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "server" && metadata.labels["app.kubernetes.io/part-of"] === "argo-workflows",
    port: 2746,
    credentials: (namespace) => `a token of a ServiceAccount that may read Workflows, where its server asks for one: echo "Bearer $(kubectl create token NAME -n ${namespace})"`,
  },
  {
    name: "MinIO",
    namespace: "minio",
    isIt: ({ metadata, spec }) => /minio/.test(metadata.name) && (spec.ports ?? []).some(({ port }) => port === 9001),
    port: 9001,
    credentials: (namespace) => `user and password are the keys rootUser and rootPassword of Secret ${namespace}/minio-root`,
  },
];

/** The consoles that the cluster has. */
export async function findConsoles(connection: Connection): Promise<readonly Console[]> {
  const everywhere = await services(connection, undefined);
  const found = await Promise.all(
    WANTED.map(async ({ name, namespace, isIt, port, credentials }): Promise<readonly Console[]> => {
      const service = (everywhere ?? (await services(connection, namespace)) ?? []).find(isIt);
      const at = service?.metadata.namespace ?? namespace;
      return service === undefined ? [] : [{ name, service: { name: service.metadata.name, namespace: at, port: service.spec.ports?.find((one) => one.port === port)?.port ?? service.spec.ports?.[0]?.port ?? port }, credentials: credentials(at) }];
    }),
  );
  return found.flat();
}

async function services(connection: Connection, namespace: string | undefined): Promise<readonly ServiceObject[] | undefined> {
  return (await connection.ask<Page<ServiceObject>>({ verb: "list", resource: SERVICES, namespace }).catch(absentOrForbidden))?.items ?? undefined;
}
