import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { PassThrough, type Duplex } from "node:stream";
import { UserError } from "../common/errors";
import { ruleOf } from "./api-errors";
import type { Connection } from "./connection";
import type { Page, PodObject, ServiceObject } from "./objects";
import { PODS, SERVICES } from "./resources";

/** A Service of the cluster. */
export interface ServicePort {
  readonly name: string;
  readonly namespace: string;
  /** Port of the Service, by number. */
  readonly port: number;
}

/** A local port that is forwarded into the cluster. */
export interface Forward {
  readonly port: number;
  /** Closes the port and all its connections. */
  close(): void;
}

interface Tunnel {
  close(): void;
  onclose: unknown;
}

/**
 * Forwards a local port (the given or a free one) to a pod behind a Service, through the API and
 * without kubectl. If the pod is replaced, the next connection finds the new one.
 *
 * @throws UserError if access is denied, or no pod of the Service is ready.
 */
export async function forwardService(
  connection: Connection,
  service: ServicePort,
  localPort = 0,
): Promise<Forward> {
  const { PortForward } = await import("@kubernetes/client-node/dist/portforward.js");
  const forwarder = new PortForward(connection.access as KubeConfig);
  const to = async ({ pod, port }: PodPort, stream: Duplex): Promise<Tunnel> => {
    try {
      return (await forwarder.portForward(
        service.namespace,
        pod,
        [port],
        stream,
        null,
        stream,
      )) as Tunnel;
    } catch (error) {
      throw /\b40[13]\b/.test((error as Error).message) ? forbidden(service.namespace) : error;
    }
  };
  let target = await podOf(connection, service);
  const open = async (socket: Socket): Promise<Tunnel> => {
    try {
      return await to(target, socket);
    } catch {
      target = await podOf(connection, service);
      return to(target, socket);
    }
  };
  // Tested first, because a refused connection gives the client no reason.
  (await to(target, new PassThrough())).close();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.pause();
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    open(socket).then(
      (tunnel) => {
        tunnel.onclose = () => socket.end();
        socket.on("close", () => tunnel.close());
        if (socket.destroyed) tunnel.close();
        socket.resume();
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new UserError(`Port ${localPort} of this machine cannot be used (${error.code}).`, {
          fix: "Choose another port, or stop the program that uses it.",
          exitCode: 1,
        }),
      ),
    );
    server.listen(localPort, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface PodPort {
  readonly pod: string;
  readonly port: number;
}

/** A ready pod behind a Service, and the container port that the Service's port targets. */
async function podOf(
  connection: Connection,
  { name, namespace, port }: ServicePort,
): Promise<PodPort> {
  const { spec }: ServiceObject = await connection.ask({ resource: SERVICES, namespace, name });
  const labelSelector = Object.entries(spec.selector ?? {})
    .map(([label, value]) => `${label}=${value}`)
    .join();
  const { items }: Page<PodObject> = await connection.ask({
    verb: "list",
    resource: PODS,
    namespace,
    query: { labelSelector },
  });
  const ready = items?.find(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  if (ready === undefined)
    throw new UserError(`No pod of Service ${namespace}/${name} is ready.`, {
      fix: ({ kubectl }) => `Check its pods with: ${kubectl(`get pods -n ${namespace}`)}`,
      exitCode: 1,
    });
  const target = spec.ports?.find((one) => one.port === port)?.targetPort ?? port;
  const named = ready.spec.containers
    .flatMap(({ ports }) => ports ?? [])
    .find((one) => one.name === target)?.containerPort;
  return { pod: ready.metadata.name, port: typeof target === "number" ? target : (named ?? port) };
}

function forbidden(namespace: string): UserError {
  return new UserError("You are not allowed to forward ports.", {
    fix: `Missing rule: ${ruleOf("create", { resource: PODS, namespace, subresource: "portforward" })}, plus the verb "get"`,
    exitCode: 1,
  });
}
