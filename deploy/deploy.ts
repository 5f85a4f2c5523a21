import { join } from "node:path";
import { Command } from "commander";
import { print } from "../cli/print";
import { runProgram } from "../cli/program";
import { readBuildContext } from "../components/build-context";
import { imageRepositories } from "../components/image-builds";
import { UserError } from "../errors";
import { pipelines } from "../pipelines";
import { assertValid } from "../pipelines/validation/validate";
import type { RegistrySettings } from "../settings/images";
import type { CheckedSettings } from "../settings/schema";
import { checkCharts } from "./charts";
import { checkExisting, checkMonitoring, findContext } from "./cluster";
import { canAsk, consents } from "./consent";
import { destroy } from "./destroy";
import { offerKind, removeKind } from "./kind";
import { releaseDeadLock } from "./lock";
import { lostImages } from "./lost-images";
import { nextSteps } from "./next-steps";
import { askEngine, DEFAULT_STACK, findEngine, type Engine } from "./pulumi";
import { checkPush } from "./push-rights";
import { checkRegistry } from "./registry";
import type { Login } from "./registry-token";
import { readSettings } from "./settings";
import { runSmokeTest } from "./smoke-test";
import { nameOf, recordedResources, type RecordedResource } from "./state";
import { update } from "./update";
import { refuseNewer } from "./version";

const ROOT = join(__dirname, "..");
/** The project's name in Pulumi.yaml. */
const PROJECT = "tapctl";

interface Flags {
  readonly stack: string;
  readonly context?: string;
  readonly yes?: boolean;
  readonly smokeTest?: boolean;
  readonly refresh?: boolean;
}

/** `npm run up` and `npm run down`. */
export async function main(verb: "up" | "down"): Promise<void> {
  const program = new Command(`npm run ${verb} --`)
    .description(verb === "up" ? "stand up Argo, the object store, the images and the pipelines on a cluster" : "undo `npm run up`")
    .option("--stack <name>", "stack, whose settings are in Pulumi.NAME.yaml", DEFAULT_STACK)
    .option("--yes", "ask nothing")
    .exitOverride()
    .addHelpText("after", `\nExample:\n  $ npm run ${verb} -- --yes`);
  if (verb === "up") program.option("--context <name>", "context of the kubeconfig (default: the stack's, else the current one)").option("--no-smoke-test", "do not test the installation at the end").option("--no-refresh", "trust the stack's record: what was changed or deleted by hand stays so");
  program.action((flags: Flags) => (verb === "up" ? up(flags) : down(flags)));
  await runProgram(program);
}

async function up({ stack, context: wanted, yes = false, smokeTest = true, refresh = true }: Flags): Promise<void> {
  const engine = await findEngine(ROOT, stack, yes);
  const settings = readSettings(askEngine(engine, ["config", "--json", ...engine.stack]));
  assertValid(pipelines);
  const recorded = recordedResources(engine);
  refuseNewer(recorded);
  await checkCharts(settings, ROOT);
  const { namespace, monitoring } = settings;
  const context = findContext(wanted ?? settings.context) ?? (await offerKind(yes));
  const again = await checkImages(engine, settings, recorded);
  if (monitoring) checkMonitoring(context);
  checkExisting(context, settings, recorded);
  if (!yes && !canAsk()) throw new UserError("nobody can be asked here, because this is no terminal; --yes changes the cluster without asking");
  print([`Cluster: context "${context}"`, ...engine.places, ""].join("\n"));
  if (again.length > 0) print(`Their registry no longer has these images, which are built again: ${again.map(nameOf).join(", ")}\n`);
  releaseDeadLock(engine, PROJECT);
  setValue(engine, "context", context);
  await update({ engine, cluster: { context, namespace }, entries: pipelines, yes, again, refresh, root: ROOT });
  if (smokeTest) print(`\nTesting the installation...\nThe smoke test ${await runSmokeTest(context, namespace)} has succeeded: a file went through the object store from one pod to the next.`);
  print(nextSteps(context, settings, pipelines));
}

/** Looks whether images can be built, pushed and found; URNs of those that have to be built again. */
async function checkImages(engine: Engine, { images, registry, aws }: CheckedSettings, recorded: readonly RecordedResource[]): Promise<readonly string[]> {
  const repositories = imageRepositories(pipelines, readBuildContext(images.baseImage), images.ready);
  const [repository] = repositories;
  if (repository === undefined) return [];
  const address = aws?.ecr ? undefined : registry.address;
  await checkRegistry(images, address);
  const login = loginOf(engine, registry);
  if (address !== undefined && login !== undefined) await checkPush(address, repository, login, registry.password ?? "");
  return lostImages(recorded, repositories, login);
}

/** Who the stack pushes as; undefined where that is the Docker client's affair, or where the secret is not set, which the program itself says. */
function loginOf(engine: Engine, { username, password: secret }: RegistrySettings): Login | undefined {
  if (username === undefined || secret === undefined) return undefined;
  const { ok, output } = askEngine(engine, ["config", "get", "--path", `secrets["${secret}"]`, ...engine.stack]);
  return ok ? { username, password: output } : undefined;
}

async function down({ stack, yes = false }: Flags): Promise<void> {
  const engine = await findEngine(ROOT, stack, yes);
  if (!(await consents(`Destroy the stack "${stack}" with the object store's data?`, yes))) throw new UserError("nothing was destroyed; --yes destroys without asking");
  releaseDeadLock(engine, PROJECT);
  await destroy(engine, ROOT);
  print(["", "Kept: Argo's custom resource definitions (kubectl get crd -o name | grep argoproj.io), images in the registry, volumes that their class retains,", "and the stack's own record:", ...engine.places.map((place) => `  ${place}`)].join("\n"));
  await removeKind(yes);
}

function setValue(engine: Engine, key: string, value: string): void {
  const { ok, error } = askEngine(engine, ["config", "set", `tapctl:${key}`, value, ...engine.stack]);
  if (!ok) throw new UserError(`the setting ${key} cannot be written: ${error}`, 1);
}
