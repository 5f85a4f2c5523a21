import { print } from "../common/print";
import { commandsFor, optionText } from "../common/commands";
import { externalValues } from "../manifests/stack/external-secrets";
import { readBuildContext } from "../manifests/images/build-context";
import { imageRepositories } from "../manifests/images/image-builds";
import { UserError } from "../common/errors";
import type { PipelineEntry } from "../model/define";
import { loadProject } from "../run/project";
import { assertValid } from "../model/validation/validate";
import type { RegistrySettings } from "../settings/images";
import type { CheckedSettings } from "../settings/schema";
import { checkCharts } from "./charts";
import { checkExisting, checkMonitoring, findContext } from "./cluster";
import { canAsk, consents } from "./consent";
import { ownNamespaces } from "./existing";
import {
  checkExternalSecrets,
  requireExternalSecrets,
  retryExternalSecrets,
} from "./external-secrets";
import { offerKind } from "./kind";
import { requireUnlocked } from "./lock";
import { lostImages } from "./lost-images";
import { nextSteps } from "./next-steps";
import { endOrphans } from "./orphans";
import { askEngine, runEngine, type Engine, type EngineArgs } from "./pulumi";
import { findEngine } from "./find-engine";
import { checkLogin } from "./registry-login";
import { recover } from "./recover";
import { checkRegistry } from "../manifests/images/registry";
import type { Login } from "../common/registry/registry-token";
import { readSettings } from "./settings";
import { runSmokeTest } from "./smoke-test";
import { nameOf, readState, resourcesOf, type StackState } from "./state";
import { update } from "./update";
import { refuseNewer } from "./version";

/** Options of `tapctl up`. */
export interface UpFlags extends EngineArgs {
  readonly context?: string;
  readonly smokeTest?: boolean;
  readonly refresh?: boolean;
}

/** A stack with its state and its cluster. */
interface FoundStack {
  readonly engine: Engine;
  readonly settings: CheckedSettings;
  readonly context: string;
  readonly state: StackState;
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

async function findStack(args: EngineArgs, wanted: string | undefined): Promise<FoundStack> {
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

function repositoriesOf(
  root: string,
  settings: CheckedSettings,
  pipelines: readonly PipelineEntry[],
): readonly string[] {
  return imageRepositories(pipelines, readBuildContext(settings.images.baseImage, root), settings);
}

/** Checks whether images can be built and pushed. */
async function checkRegistries(
  root: string,
  settings: CheckedSettings,
  pipelines: readonly PipelineEntry[],
  login: Login | undefined,
): Promise<void> {
  if (repositoriesOf(root, settings, pipelines).length === 0) return;
  const { registry, images, aws } = settings;
  const address = aws?.ecr ? undefined : registry.address;
  await checkRegistry(images, address);
  if (address !== undefined && login !== undefined && registry.password !== undefined)
    await checkLogin(address, login, registry.password);
}

/**
 * Login for pushing images; undefined if the Docker client provides it, or if the secret is not
 * set, which the program reports.
 */
function loginOf(
  engine: Engine,
  { username, password: secret }: RegistrySettings,
): Login | undefined {
  if (username === undefined || secret === undefined) return undefined;
  const { ok, output } = askEngine(engine, [
    "config",
    "get",
    "--path",
    `tapctl:secrets["${secret}"]`,
    ...engine.stack,
  ]);
  return ok ? { username, password: output } : undefined;
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
