import type { ConsoleActions } from "./actions";
import type { Rights } from "./buttons";
import { localGate } from "./local-gate";
import { serveConsole } from "./server";
import type { ConsoleSource } from "./source";

/** A console on this machine. */
export interface LocalServer {
  /** Address with the token that opens it. */
  readonly url: string;
  readonly close: () => void;
}

/** What is served, where, and what its reader may change. */
export interface ServeLocallyArgs {
  readonly source: ConsoleSource;
  /** 0 for a free port. */
  readonly port: number;
  /** Default: the console is read-only. */
  readonly changes?: { readonly rights: Rights; readonly actions: ConsoleActions };
}

const ADDRESS = "127.0.0.1";

/**
 * Serves the console to the browser of this machine. @throws UserError if the port cannot be used.
 */
export async function serveLocally({
  source,
  port,
  changes,
}: ServeLocallyArgs): Promise<LocalServer> {
  // Browsers send a cookie to all ports of a host, so each console has its own.
  let cookie = "tapctl";
  const gate = localGate(() => cookie, changes?.rights ?? new Set(), changes?.actions);
  const server = await serveConsole({
    source,
    gate,
    address: ADDRESS,
    port,
    isHost: (host, at) => host === `${ADDRESS}:${at}` || host === `localhost:${at}`,
  });
  cookie = `tapctl-${server.port}`;
  return { url: `http://${ADDRESS}:${server.port}${gate.entrance}`, close: server.close };
}
