import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "commander";
import type { Console } from "../cluster/consoles";
import type { Forward } from "../cluster/port-forward";
import { textWith, type Commands } from "../common/commands";
import { joinErrors, UserError } from "../common/errors";
import { contextOf } from "./context";
import { print, printJson } from "../common/print";

interface UiFlags {
  readonly browser?: boolean;
  readonly json?: boolean;
}

/** `tapctl ui`: forwards the consoles of a cluster to this machine. */
export function addUi(program: Command): void {
  program
    .command("ui")
    .summary("open the Argo Workflows and MinIO consoles")
    .description(
      "forward the Argo Workflows and MinIO consoles to this machine and open them, until Ctrl-C",
    )
    .option("--no-browser", "print the addresses without opening a browser")
    .option("--json", "print as JSON: a list of {name, url, credentials}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl ui --on cluster")
    .action(async (flags: UiFlags, command: Command) => {
      const context = contextOf(command);
      const { findConsoles } = await import("../cluster/consoles.js");
      const { forwardService } = await import("../cluster/port-forward.js");
      const connection = await context.connect();
      const { consoles, refused } = await findConsoles(connection);
      const results = await Promise.all(
        consoles.map((one) =>
          forwardOf(one, context.commands, (service) => forwardService(connection, service)),
        ),
      );
      const forwards = results.flatMap((one) => (one instanceof UserError ? [] : [one]));
      const missing = [...refused, ...results.filter((one) => one instanceof UserError)];
      if (forwards.length === 0)
        throw missing.length > 0
          ? joinErrors(missing)
          : new UserError("This cluster has neither an Argo Workflows nor a MinIO console.", {
              fix: ({ tapctl }) => `Diagnose the installation with: ${tapctl("doctor")}`,
              exitCode: 1,
            });
      for (const error of missing) process.stderr.write(`${error.textWith(context.commands)}\n`);
      const shown = forwards.map(({ name, forward, credentials }) => ({
        name,
        url: `http://localhost:${forward.port}`,
        credentials,
      }));
      if (flags.json) printJson(shown);
      else
        for (const { name, url, credentials } of shown) print(`${name}: ${url}\n  ${credentials}`);
      if (flags.browser !== false) for (const { url } of shown) openBrowser(url);
      if (!flags.json) print("Press Ctrl-C to stop.");
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      for (const { forward } of forwards) forward.close();
    });
}

interface Forwarded {
  readonly name: string;
  readonly credentials: string;
  readonly forward: Forward;
}

/** A forwarded console, or why it is not forwarded: one without access must not block the other. */
async function forwardOf(
  { name, service, credentials }: Console,
  commands: Commands,
  forward: (service: Console["service"]) => Promise<Forward>,
): Promise<Forwarded | UserError> {
  try {
    return { name, credentials: textWith(credentials, commands), forward: await forward(service) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.in(name);
  }
}

/** Opens an address in the browser if there is a display. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  const opener =
    platform === "darwin"
      ? "open"
      : platform === "win32"
        ? "explorer"
        : env.DISPLAY || env.WAYLAND_DISPLAY
          ? "xdg-open"
          : undefined;
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
