import { once } from "node:events";
import { Option, type Command } from "commander";
import { UserError } from "../common/errors";
import { print, printJson } from "../common/print";
import type { ConsoleActions } from "../ui/actions";
import type { Rights } from "../ui/buttons";
import type { ConsoleSource } from "../ui/source";
import { contextOf, type CliContext } from "./context";
import type { ForwardedConsole } from "./forward-consoles";
import { openBrowser } from "./open-browser";

interface UiFlags {
  readonly allowChanges?: boolean;
  readonly browser?: boolean;
  readonly port: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Read-only unless you allow changes. Only this machine can open the address, and only with its token.

Example:
  $ npx tapctl ui
  $ npx tapctl ui --on cluster --allow-changes`;

/** `tapctl ui`: a live page about the pipelines, on this machine. */
export function addUi(program: Command): void {
  program
    .command("ui")
    .summary("open the console, a live page about the pipelines")
    .description(
      "open a live page about the pipelines and their runs in the browser, until Ctrl-C; with --on cluster, it links to the consoles of Argo Workflows and MinIO",
    )
    .option("--allow-changes", "add buttons that run, cancel, retry, suspend and roll back")
    .addOption(new Option("--port <n>", "port to listen on").default("0", "a free one"))
    .option("--no-browser", "print the address without opening a browser")
    .option("--json", "print as JSON: {url, consoles: [{name, url, credentials}]}")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: UiFlags, command: Command) => {
      const port = portOf(flags.port);
      const context = contextOf(command);
      const stop = new AbortController();
      const opened =
        context.surroundings.on === "local"
          ? await openLocal(context, stop.signal)
          : await openCluster(context, stop.signal);
      const { serveLocally } = await import("../ui/serve-locally.js");
      const server = await serveLocally({
        source: opened.source,
        port,
        ...(flags.allowChanges && { changes: opened.changes }),
      });
      show(server.url, opened.consoles, flags);
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      stop.abort();
      server.close();
      opened.close();
    });
}

interface Opened {
  readonly source: ConsoleSource;
  readonly changes: { readonly rights: Rights; readonly actions: ConsoleActions };
  readonly consoles: readonly ForwardedConsole[];
  readonly close: () => void;
}

async function openLocal(context: CliContext, signal: AbortSignal): Promise<Opened> {
  const { localConsole } = await import("../ui/local-console.js");
  const { LOCAL_RIGHTS, localActions } = await import("../ui/local-actions.js");
  const { project, commands } = context;
  const store = await context.openStore();
  const { entries } = project;
  return {
    source: await localConsole({ store, entries, commands, signal }),
    changes: { rights: LOCAL_RIGHTS, actions: localActions({ project, store, commands }) },
    consoles: [],
    close: () => undefined,
  };
}

async function openCluster(context: CliContext, signal: AbortSignal): Promise<Opened> {
  const { clusterConsole } = await import("../ui/cluster-console.js");
  const { CLUSTER_RIGHTS, clusterActions } = await import("../ui/cluster-actions.js");
  const { forwardConsoles } = await import("./forward-consoles.js");
  const { project, commands } = context;
  const { entries } = project;
  const connection = await context.connect();
  const store = await context.openStore();
  const { consoles, missing, close } = await forwardConsoles(connection, commands);
  for (const error of missing) process.stderr.write(`${error.textWith(commands)}\n`);
  try {
    return {
      source: await clusterConsole({
        connection,
        store,
        entries,
        commands,
        links: consoles.map(({ name, url }) => ({ name, url })),
        signal,
      }),
      changes: {
        rights: CLUSTER_RIGHTS,
        actions: clusterActions({ connection, store, entries, commands }),
      },
      consoles,
      close,
    };
  } catch (error) {
    // Open ports would keep the process running.
    close();
    throw error;
  }
}

function show(url: string, consoles: readonly ForwardedConsole[], flags: UiFlags): void {
  if (flags.json) printJson({ url, consoles });
  else {
    print(`Console: ${url}`);
    for (const { name, url: at, credentials } of consoles)
      print(`${name}: ${at}\n  ${credentials}`);
  }
  if (flags.browser !== false) openBrowser(url);
  if (!flags.json) print("Press Ctrl-C to stop.");
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UserError(`Invalid value for --port: "${text}".`, {
      fix: "Use a number from 1 to 65535, or 0 for a free port.",
    });
  return port;
}
