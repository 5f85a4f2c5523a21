import { join } from "node:path";
import { Command } from "commander";
import { print } from "../cli/print";
import { runProgram } from "../cli/program";
import { UserError } from "../errors";
import { pipelines } from "../pipelines";
import { capture } from "./command";
import { checkMonitoring, findContext } from "./cluster";
import { canAsk, consents } from "./consent";
import { destroy } from "./destroy";
import { offerKind, removeKind } from "./kind";
import { releaseDeadLock } from "./lock";
import { findEngine, OWN_COMMAND, type Engine } from "./pulumi";
import { buildsImages, checkRegistry } from "./registry";
import { runSmokeTest } from "./smoke-test";
import { update } from "./update";

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
    .option("--stack <name>", "stack, whose settings are in Pulumi.NAME.yaml", "dev")
    .option("--yes", "ask nothing")
    .exitOverride()
    .addHelpText("after", `\nExample:\n  $ npm run ${verb} -- --yes`);
  if (verb === "up") program.option("--context <name>", "context of the kubeconfig (default: the stack's, else the current one)").option("--no-smoke-test", "do not test the installation at the end").option("--no-refresh", "trust the stack's record: what was changed or deleted by hand stays so");
  program.action((flags: Flags) => (verb === "up" ? up(flags) : down(flags)));
  await runProgram(program);
}

async function up({ stack, context: wanted, yes = false, smokeTest = true, refresh = true }: Flags): Promise<void> {
  const engine = await findEngine(ROOT, stack, yes);
  const context = findContext(wanted ?? setting(engine, "context")) ?? (await offerKind(yes));
  const namespace = setting(engine, "namespace") || "pipelines";
  if (buildsImages(pipelines, setting(engine, "images", "ready"))) await checkRegistry(setting(engine, "registry", "address") || "localhost:5000");
  if (!["", "false"].includes(setting(engine, "monitoring"))) checkMonitoring(context);
  if (!yes && !canAsk()) throw new UserError("nobody can be asked here, because this is no terminal; --yes changes the cluster without asking");
  print([`Cluster: context "${context}"`, ...engine.places, ""].join("\n"));
  releaseDeadLock(engine, PROJECT);
  setValue(engine, "context", context);
  await update({ engine, cluster: { context, namespace }, entries: pipelines, yes, refresh, root: ROOT });
  if (smokeTest) print(`\nTesting the installation...\nThe smoke test ${await runSmokeTest(context, namespace)} has succeeded: a file went through the object store from one pod to the next.`);
  print(nextSteps(context, namespace, setting(engine, "argo", "namespace") || "argo"));
}

async function down({ stack, yes = false }: Flags): Promise<void> {
  const engine = await findEngine(ROOT, stack, yes);
  if (!(await consents(`Destroy the stack "${stack}" with the object store's data?`, yes))) throw new UserError("nothing was destroyed; --yes destroys without asking");
  releaseDeadLock(engine, PROJECT);
  await destroy(engine, ROOT);
  print(["", "Kept: Argo's custom resource definitions (kubectl get crd -o name | grep argoproj.io), images in the registry, volumes that their class retains,", "and the stack's own record:", ...engine.places.map((place) => `  ${place}`)].join("\n"));
  await removeKind(yes);
}

/** A setting of the stack as text; empty where it is not set. */
function setting(engine: Engine, key: string, ...path: readonly string[]): string {
  const { ok, output } = capture(engine.command[0], [...engine.command.slice(1), "config", "get", "--path", [`tapctl:${key}`, ...path].join("."), ...engine.stack, "--non-interactive"], { env: engine.env });
  return ok ? output : "";
}

function setValue(engine: Engine, key: string, value: string): void {
  const { ok, error } = capture(engine.command[0], [...engine.command.slice(1), "config", "set", `tapctl:${key}`, value, ...engine.stack, "--non-interactive"], { env: engine.env });
  if (!ok) throw new UserError(`the setting ${key} cannot be written: ${error}`, 1);
}

function nextSteps(context: string, namespace: string, argo: string): string {
  const kubectl = `kubectl --context ${context}`;
  return [
    "",
    "What to do next:",
    `  Argo's interface:      ${kubectl} -n ${argo} port-forward svc/argo-workflows-server 2746   then http://localhost:2746`,
    "    it asks for a token of the cluster, such as one of: kubectl create token NAME",
    `  the pipelines:         ${kubectl} -n ${namespace} get cronworkflows,workflows`,
    "  one on this machine:   npx tapctl run exchange-rates --offline",
    "  MinIO's credentials:   Secret minio-root in the namespace minio",
    "  change a pipeline:     edit pipelines/index.ts, then npm run up",
    `  set a secret:          ${OWN_COMMAND} config set --secret --path 'secrets["NAME"]', then npm run up`,
    "  undo all this:         npm run down",
  ].join("\n");
}
