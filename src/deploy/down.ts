import { plural } from "../common/plural";
import { print } from "../common/print";
import { commandsFor, type Commands } from "../common/commands";
import { ARGO_RELEASE } from "../manifests/charts/argo-values";
import { UserError } from "../common/errors";
import { canAsk, consents } from "./consent";
import { removeKind } from "./kind";
import { requireUnlocked } from "./lock";
import { endOrphans } from "./orphans";
import { countPipelines } from "./stack-objects";
import { askEngine, type Engine, type EngineArgs } from "./pulumi";
import { findEngine } from "./find-engine";
import { RELEASE } from "./recovery";
import { readSettings } from "./settings";
import { namespacesIn, readState, resourcesOf, type RecordedResource } from "./state";
import { destroy } from "./update";

/**
 * `tapctl down`: shows what will be destroyed, asks for confirmation, and runs `pulumi destroy`.
 */
export async function down(args: EngineArgs): Promise<void> {
  const { root, project, stack, yes = false } = args;
  const engine = await findEngine(args);
  requireUnlocked(engine);
  await endOrphans(root);
  const { context } = readSettings(askEngine(engine, ["config", "--json", ...engine.stack]));
  const commands = commandsFor({
    project,
    stack: () => stack,
    ...(context !== "" && { context: () => context }),
  });
  const resources = resourcesOf(readState(engine));
  const namespaces = namespacesIn(resources);
  print(destroyedText(engine, context, resources));
  if (!yes && !canAsk())
    throw new UserError(
      "The destruction cannot be confirmed without a terminal. Nothing was destroyed.",
      { fix: "Add --yes to skip the confirmation." },
    );
  if (!(await consents(`Destroy the stack "${stack}"?`, yes)))
    return print("Nothing was destroyed.");
  await destroy({ engine: { ...engine, commands }, context, namespaces });
  print(
    [
      "",
      "Kept:",
      ...keptText(resources, commands),
      ...engine.places.map((place) => `  ${place}`),
    ].join("\n"),
  );
  await removeKind(yes);
}

/** Lines that describe what `tapctl down` destroys. */
export function destroyedText(
  { name, project }: Pick<Engine, "name" | "project">,
  context: string,
  resources: readonly RecordedResource[],
): string {
  const namespaces = [...namespacesIn(resources)].sort();
  const pipelines = countPipelines(resources);
  return [
    `Stack "${name}" of project ${project}${context === "" ? "" : `, on the cluster of context "${context}"`}:`,
    `  ${plural(pipelines, "pipeline")}`,
    ...(namespaces.length > 0
      ? [`  namespaces ${namespaces.join(", ")} and everything in them`]
      : []),
    ...(hasRelease(resources, "minio")
      ? ["  the data in the object store: extracts, files and saved states"]
      : []),
    `  ${plural(resources.length, "resource")} in total`,
  ].join("\n");
}

function keptText(
  resources: readonly RecordedResource[],
  { kubectl }: Commands,
): readonly string[] {
  return [
    ...(hasRelease(resources, ARGO_RELEASE)
      ? [`  Argo's custom resource definitions: ${kubectl("get crd -o name")} | grep argoproj.io`]
      : []),
    "  images in the registry, and volumes that their storage class retains",
  ];
}

function hasRelease(resources: readonly RecordedResource[], release: string): boolean {
  return resources.some(({ type, id }) => type === RELEASE && id?.split("/").at(-1) === release);
}
