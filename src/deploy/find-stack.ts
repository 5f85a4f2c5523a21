import { commandsFor, optionText } from "../common/commands";
import type { CheckedSettings } from "../settings/schema";
import { findContext } from "./cluster";
import { offerKind } from "./kind";
import { requireUnlocked } from "./lock";
import { endOrphans } from "./orphans";
import { askEngine, type Engine, type EngineArgs } from "./pulumi";
import { findEngine } from "./find-engine";
import { readSettings } from "./settings";
import { readState, type StackState } from "./state";

/** A stack with its state and its cluster. */
export interface FoundStack {
  readonly engine: Engine;
  readonly settings: CheckedSettings;
  readonly context: string;
  readonly state: StackState;
}

/** Finds the stack, its state and its cluster; ends programs that an interrupted update left. */
export async function findStack(args: EngineArgs, wanted: string | undefined): Promise<FoundStack> {
  const engine = await findEngine(args);
  requireUnlocked(engine);
  await endOrphans(args.root);
  const settings = readSettings(askEngine(engine, ["config", "--json", ...engine.stack]));
  const context = findContext(wanted ?? settings.context) ?? (await offerKind(args.yes === true));
  const commands = commandsFor({
    project: args.project,
    stack: () => args.stack,
    context: () => context,
    options: [
      ...optionText("project", args.project),
      "--on cluster",
      ...optionText("context", context),
      ...optionText("namespace", settings.namespace),
    ],
  });
  return { engine: { ...engine, commands }, settings, context, state: readState(engine) };
}
