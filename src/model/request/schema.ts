import { z } from "zod";
import { extract, load, stream, discover, slots, describe } from "./connector-commands";
import { commit, verdict, summary, notify, lineage, telemetry } from "./outcome-commands";

/**
 * What the runner is asked to do: its only interface. `images/singer/request.schema.json` is
 * written from this schema.
 */
export const requestSchema = z
  .discriminatedUnion("command", [
    extract,
    load,
    stream,
    discover,
    slots,
    describe,
    commit,
    verdict,
    summary,
    notify,
    lineage,
    telemetry,
  ])
  .describe(
    "A request to the runner (singer-runner REQUEST): JSON text, or the path of a file with it. Relative paths count from the working directory.",
  );

/** A request to the runner. */
export type Request = z.input<typeof requestSchema>;

/** A request for one command. */
export type RequestFor<Command extends Request["command"]> = Extract<
  Request,
  { readonly command: Command }
>;

/** The published JSON Schema of a request, as text. */
export function requestSchemaText(): string {
  const { $schema, description, ...schema } = z.toJSONSchema(requestSchema, { io: "input" });
  return `${JSON.stringify({ $schema, title: "Request to the tapctl runner", description, ...schema }, null, 2)}\n`;
}
