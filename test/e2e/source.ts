import { createServer, type Server } from "node:http";
import { connect, createServer as createTcp, type AddressInfo, type Socket } from "node:net";
import { answerTo } from "../../src/run/offline/stand-in";

/** The stand-in for an exchange-rate service, on this machine where pods reach it, and with faults. */
export interface Source {
  /** Its port. */
  readonly port: number;
  /** Number of earlier runs that queried it: later ones find more days. */
  day: number;
  /** `fail` responds with an error, `hang` not at all. */
  fault: "none" | "fail" | "hang";
  /** Stops it. */
  stop(): void;
}

/** Starts the stand-in. */
export async function startSource(): Promise<Source> {
  const source = {
    day: 0,
    fault: "none" as Source["fault"],
    port: 0,
    stop: () => server.closeAllConnections(),
  };
  const server: Server = createServer((request, response) => {
    if (source.fault === "hang") return;
    if (source.fault === "fail")
      return void response
        .writeHead(400, { "content-type": "application/json" })
        .end('{"message":"the source is broken on purpose"}');
    const { status, body } = answerTo(new URL(request.url ?? "/", "http://source"), source.day);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return Object.assign(source, {
    port: (server.address() as AddressInfo).port,
    stop: () => void (server.close(), server.closeAllConnections()),
  });
}

/** A port of this machine that forwards to one on its loopback interface, until it is cut. */
export interface Bridge {
  /** Port that pods reach. */
  readonly port: number;
  /** Ends all connections, and refuses new ones until it is called with false. */
  cut(cut: boolean): void;
  /** Cuts it after this many more bytes to the pods. */
  cutAfter(bytes: number): Promise<void>;
  /** Stops it. */
  stop(): void;
}

/** Lets pods reach a server that only listens on loopback. */
export async function bridgeTo(port: number): Promise<Bridge> {
  const sockets = new Set<Socket>();
  let refused = false;
  let left = Infinity;
  let reached: () => void = () => undefined;
  const count = (bytes: number) => {
    left -= bytes;
    if (left > 0) return;
    left = Infinity;
    refused = true;
    end();
    reached();
  };
  const end = () => sockets.forEach((socket) => socket.destroy());
  const server = createTcp((socket) => {
    if (refused) return void socket.destroy();
    const other = connect(port, "127.0.0.1");
    for (const [one, next] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.on("data", (chunk: Buffer) => one === other && count(chunk.length));
      one.pipe(next);
      one.on("error", () => next.destroy());
      one.on("close", () => (sockets.delete(one), next.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: (cut) => {
      refused = cut;
      if (cut) end();
    },
    cutAfter: (bytes) => {
      left = bytes;
      return new Promise((resolve) => (reached = resolve));
    },
    stop: () => void (server.close(), end()),
  };
}
