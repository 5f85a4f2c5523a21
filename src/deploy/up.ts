import { print } from "../common/print";
import { externalValues } from "../manifests/stack/external-secrets";
import { UserError } from "../common/errors";
import { loadProject } from "../run/project";
import { assertValid } from "../model/validation/validate";
import { checkCharts } from "./charts";
import { checkExisting, checkMonitoring } from "./cluster";
import { canAsk, consents } from "./consent";
import { ownNamespaces } from "./existing";
import {
  checkExternalSecrets,
  requireExternalSecrets,
  retryExternalSecrets,
} from "./external-secrets";
import { lostImages } from "./lost-images";
import { nextSteps } from "./next-steps";
import { askEngine, runEngine, type Engine, type EngineArgs } from "./pulumi";
import { recover } from "./recover";
import { runSmokeTest } from "./smoke-test";
import { nameOf, resourcesOf, type StackState } from "./state";
import { update } from "./update";
import { refuseNewer } from "./version";
import { type FoundStack, findStack } from "./find-stack";
import { repositoriesOf, checkRegistries, loginOf } from "./image-registries";

/** Options of `tapctl up`. */
export interface UpFlags extends EngineArgs {
  readonly context?: string;
  readonly smokeTest?: boolean;
  readonly refresh?: boolean;
}

/** `tapctl up`: runs all checks before the first change, then `pulumi up`. */
export async function up({
  context: wanted,
  smokeTest = true,
  refresh = true,
  ...args
}: UpFlags): Promise<void> {
  const { root, stack, yes = false } = args;
  const { entries: pipelines } = loadProject(root);
  assertValid(pipelines);
  const found = await findStack(args, wanted);
  const { engine, settings, context } = found;
  refuseNewer(resourcesOf(found.state));
  await checkCharts(settings, root);
  if (settings.monitoring) checkMonitoring(context);
  const external = externalValues(pipelines);
  if (external.length > 0) checkExternalSecrets(context, external);
  const login = loginOf(engine, settings.registry);
  await checkRegistries(root, settings, pipelines, login);
  refuseWithoutAnswer(yes);
  const recorded = resourcesOf(recovered(found));
  checkExisting(context, settings, recorded, engine.commands);
  const again = await lostImages(recorded, repositoriesOf(root, settings, pipelines), login);
  print(
    [
      `Stack: ${stack} of project ${engine.project}`,
      `Cluster: context "${context}"`,
      ...engine.places,
      "",
    ].join("\n"),
  );
  if (again.length > 0)
    print(`Missing from their registry and rebuilt: ${again.map(nameOf).join(", ")}\n`);
  setValue(engine, "context", context);
  if (!yes && !(await agreesToPreview(engine, refresh))) return print("Nothing was changed.");
  if (external.length > 0) retryExternalSecrets(context, settings.namespace);
  await update({
    engine,
    context,
    namespaces: ownNamespaces(settings),
    externalSecretsIn: external.length > 0 ? settings.namespace : undefined,
    again,
    refresh,
  });
  if (external.length > 0)
    await requireExternalSecrets(context, settings.namespace, engine.commands);
  if (smokeTest)
    print(
      `\nTesting the installation...\nThe smoke test ${await runSmokeTest(context, settings.namespace, engine.commands)} succeeded: a file was passed from one pod to the next through the object store.`,
    );
  print(nextSteps(settings, pipelines, engine.commands));
}

/** `tapctl recover`: repairs the state, for users who run `pulumi up` themselves. */
export async function recoverStack({ context, ...args }: UpFlags): Promise<void> {
  const found = await findStack(args, context);
  refuseWithoutAnswer(args.yes === true);
  const isChanged = recovered(found) !== found.state;
  print(
    isChanged
      ? `The state was repaired. Continue with \`pulumi up --stack ${args.stack}\` or \`${found.engine.commands.onStack("up")}\`.`
      : "No update was interrupted: there is nothing to repair.",
  );
}

function refuseWithoutAnswer(yes: boolean): void {
  if (!yes && !canAsk())
    throw new UserError(
      "The changes cannot be confirmed without a terminal. Nothing was changed.",
      { fix: "Add --yes to skip the confirmation." },
    );
}

/**
 * Repairs the state after an interrupted update. If the last update was on another cluster, there
 * is nothing to repair.
 */
function recovered({ engine, settings, context, state }: FoundStack): StackState {
  return settings.context === "" || settings.context === context
    ? recover({ engine, state, context, namespace: settings.namespace })
    : state;
}

async function agreesToPreview(engine: Engine, refresh: boolean): Promise<boolean> {
  const code = await runEngine(engine, [
    "preview",
    ...engine.stack,
    ...(refresh ? ["--refresh"] : []),
  ]);
  if (code !== 0)
    throw new UserError("The preview failed. Nothing was changed.", {
      fix: "Fix the cause above, then run this command again.",
      exitCode: 1,
    });
  return consents("Make these changes?", false);
}

function setValue(engine: Engine, key: string, value: string): void {
  const { ok, error } = askEngine(engine, [
    "config",
    "set",
    `tapctl:${key}`,
    value,
    ...engine.stack,
  ]);
  if (!ok)
    throw new UserError(`Cannot save the setting ${key}: ${error}`, {
      fix: "Fix that error, then run this command again.",
      exitCode: 1,
    });
}
