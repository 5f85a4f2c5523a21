import { connectInside } from "../cluster/connect-inside";
import { openClusterStore } from "../cluster/store";
import { commandsFor } from "../common/commands";
import { reportMistakes } from "../common/program";
import { CONSOLE_PORT } from "../manifests/stack/console";
import { clusterActions } from "./cluster-actions";
import { clusterConsole } from "./cluster-console";
import { clusterGate } from "./cluster-gate";
import { serveConsole } from "./server";

/** Forwarded ports: of them, only the name matters. */
const LOCAL = /^(localhost|127\.0\.0\.1)(:\d+)?$/;

/**
 * The program of the console's image: serves the pipelines of its namespace. The stack sets
 * `TAPCTL_CONSOLE_HOSTS`, a list separated by commas, and `TAPCTL_CONSOLE_CHANGES`.
 */
async function main(): Promise<void> {
  const { TAPCTL_CONSOLE_HOSTS: hosts = "", TAPCTL_CONSOLE_CHANGES: changes } = process.env;
  const stop = new AbortController();
  const connection = await connectInside();
  const { store } = await openClusterStore(connection, { isInside: true });
  const commands = commandsFor({ options: ["--on cluster"] });
  const source = await clusterConsole({
    connection,
    store,
    entries: [],
    commands,
    links: [],
    // The array is not here: what is deployed is what there is.
    describe: (facts) => ({ facts: { ...facts, where: "both" } }),
    signal: stop.signal,
  });
  const server = await serveConsole({
    source,
    gate: clusterGate({
      connect: connectInside,
      actionsOf: (own) => clusterActions({ connection: own, store, entries: [], commands }),
      mayChange: changes === "true",
    }),
    address: "0.0.0.0",
    port: CONSOLE_PORT,
    isHost: (host) => LOCAL.test(host) || hosts.split(",").includes(host),
  });
  process.stdout.write(`The console listens on port ${server.port}.\n`);
  process.once("SIGTERM", () => {
    stop.abort();
    server.close();
  });
}

void reportMistakes(main);
