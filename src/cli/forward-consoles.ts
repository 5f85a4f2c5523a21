import type { Connection } from "../cluster/connection";
import type { Console } from "../cluster/consoles";
import type { Forward } from "../cluster/port-forward";
import { textWith, type Commands } from "../common/commands";
import { UserError } from "../common/errors";

/** A console of the cluster that is reachable from this machine. */
export interface ForwardedConsole {
  readonly name: string;
  readonly url: string;
  /** How to get the credentials. */
  readonly credentials: string;
}

/** The forwarded consoles, and why others are not. */
export interface ForwardedConsoles {
  readonly consoles: readonly ForwardedConsole[];
  readonly missing: readonly UserError[];
  readonly close: () => void;
}

/** Forwards the consoles of Argo Workflows and MinIO that the user may reach to this machine. */
export async function forwardConsoles(
  connection: Connection,
  commands: Commands,
): Promise<ForwardedConsoles> {
  const { findConsoles } = await import("../cluster/consoles.js");
  const { forwardService } = await import("../cluster/port-forward.js");
  const { consoles, refused } = await findConsoles(connection);
  const results = await Promise.all(
    consoles.map((one) =>
      forwardOf(one, commands, (service) => forwardService(connection, service)),
    ),
  );
  const forwarded = results.flatMap((one) => (one instanceof UserError ? [] : [one]));
  return {
    consoles: forwarded.map(({ console }) => console),
    missing: [...refused, ...results.filter((one) => one instanceof UserError)],
    close: () => forwarded.forEach(({ forward }) => forward.close()),
  };
}

/** A forwarded console, or why it is not forwarded: one without access must not block the other. */
async function forwardOf(
  { name, service, credentials }: Console,
  commands: Commands,
  forward: (service: Console["service"]) => Promise<Forward>,
): Promise<{ readonly console: ForwardedConsole; readonly forward: Forward } | UserError> {
  try {
    const opened = await forward(service);
    const url = `http://localhost:${opened.port}`;
    return {
      console: { name, url, credentials: textWith(credentials, commands) },
      forward: opened,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.in(name);
  }
}
