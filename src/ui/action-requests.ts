import type { IncomingMessage, ServerResponse } from "node:http";
import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import { parseRecord } from "../common/json";
import { OPTIONS, type OptionName } from "./actions";
import { ACTIONS, type Action } from "./buttons";
import type { Visitor } from "./gate";
import { bodyOf, checkOrigin, isSame, Refused } from "./requests";
import type { ConsoleSource } from "./source";

/** Answers what an action will do. */
export async function answerPlan(
  response: ServerResponse,
  url: URL,
  visitor: Visitor,
  { commands }: ConsoleSource,
): Promise<void> {
  const fields = Object.fromEntries(url.searchParams);
  const action = actionOf(fields);
  const actions = permitted(visitor, action);
  await answer(response, commands, () => actions.plan(action));
}

/**
 * Takes an action. The request must come from a page of this console, with the token of that page.
 */
export async function takeAction(
  request: IncomingMessage,
  response: ServerResponse,
  visitor: Visitor,
  source: ConsoleSource,
): Promise<void> {
  checkOrigin(request);
  if (request.headers["content-type"] !== "application/json")
    throw new Refused(415, "An action must be JSON.");
  if (!isSame(String(request.headers["x-csrf"] ?? ""), visitor.csrf))
    throw new Refused(403, "The page is out of date. Load it again.");
  const body = fieldsOf(await bodyOf(request));
  const action = actionOf(body);
  const actions = permitted(visitor, action);
  await answer(response, source.commands, async () => {
    const text = await actions.take(action, optionsOf(body["options"]));
    await source.refresh(action.pipeline).catch(() => undefined);
    return { text };
  });
}

/** The actions of a visitor who may take this one. @throws Refused otherwise. */
function permitted({ rights, actions }: Visitor, { action }: Action) {
  if (actions === undefined || !rights.has(action))
    throw new Refused(403, "You may not change anything here.");
  return actions;
}

function fieldsOf(text: string): { readonly [name: string]: unknown } {
  const fields = parseRecord(text, []);
  if (fields === undefined) throw new Refused(400, "The action is not a JSON object.");
  return fields;
}

function actionOf(fields: { readonly [name: string]: unknown }): Action {
  const { pipeline, run } = fields;
  const action = ACTIONS.find((name) => name === fields["action"]);
  if (action === undefined || typeof pipeline !== "string")
    throw new Refused(400, "The action is unknown.");
  return { action, pipeline, ...(typeof run === "string" && run !== "" && { run }) };
}

function optionsOf(value: unknown): ReadonlySet<OptionName> {
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Set(OPTIONS.filter((name) => names.includes(name)));
}

/** Answers as JSON: a result, or the error of the verb. */
async function answer(
  response: ServerResponse,
  commands: Commands,
  work: () => Promise<unknown>,
): Promise<void> {
  const json = { "content-type": "application/json; charset=utf-8" };
  try {
    const result = await work();
    response.writeHead(200, json).end(JSON.stringify(result));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    response.writeHead(409, json).end(JSON.stringify({ error: error.textWith(commands) }));
  }
}
