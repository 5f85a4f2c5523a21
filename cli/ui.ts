import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "commander";
import { UserError } from "../errors";
import { contextOf } from "./context";
import { load } from "./load";
import { print, printJson } from "./print";

interface UiFlags {
  readonly browser?: boolean;
  readonly json?: boolean;
}

/** `tapctl ui`: the consoles of a cluster, on this machine. */
export function addUi(program: Command): void {
  program
    .command("ui")
    .description("forward the consoles of Argo Workflows and MinIO to this machine and open them, until Ctrl-C")
    .option("--no-browser", "open none, print the addresses alone")
    .option("--json", "print as JSON: a list of {name, url, credentials}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl ui --on cluster")
    .action(async (flags: UiFlags, command: Command) => {
      const context = contextOf(command);
      const { findConsoles } = load("../cluster/consoles") as typeof import("../cluster/consoles");
      const { forwardService } = load("../cluster/port-forward") as typeof import("../cluster/port-forward");
      const connection = await context.connect();
      const consoles = await findConsoles(connection);
      if (consoles.length === 0) throw new UserError("neither Argo's console nor MinIO's is on this cluster, or you may not list Services there", 1);
      const forwards = await Promise.all(consoles.map(async ({ name, service, credentials }) => ({ name, credentials, forward: await forwardService(connection, service) })));
      const shown = forwards.map(({ name, forward, credentials }) => ({ name, url: `http://localhost:${forward.port}`, credentials }));
      if (flags.json) printJson(shown);
      else for (const { name, url, credentials } of shown) print(`${name}: ${url}\n  ${credentials}`);
      if (flags.browser !== false) for (const { url } of shown) openBrowser(url);
      if (!flags.json) print("Ctrl-C ends it.");
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      for (const { forward } of forwards) forward.close();
    });
}

/** Opens an address where there is a screen; without one the address was printed. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  const opener = platform === "darwin" ? "open" : platform === "win32" ? "explorer" : env.DISPLAY || env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
