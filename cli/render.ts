import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { defaultClusterSettings, type ClusterSettings } from "../components/argo/cluster-settings";
import { pipelineManifests } from "../components/argo/manifests";
import type { ConnectorImages } from "../components/argo/run-parameters";
import { singerTemplate } from "../components/argo/singer-template";
import { readBuildContext } from "../components/build-context";
import { connectorImage, imageReference, runnerImage, type BuildContext } from "../components/image";
import type { ConnectorDefinition } from "../connectors/connector";
import { UserError } from "../errors";
import type { Replication } from "../pipelines/replication";
import { contextOf } from "./context";
import { print, printJson } from "./print";

interface RenderFlags {
  readonly out?: string;
  readonly registry: string;
  readonly namespace: string;
  readonly baseImage: string;
  readonly json?: boolean;
}

/** A manifest and the file that it goes to, below the folder of `--out`. */
interface RenderedFile {
  readonly path: string;
  readonly objects: readonly object[];
}

/** `tapctl render`: the manifests of the cluster, without one. */
export function addRender(program: Command): void {
  program
    .command("render")
    .description("write the Argo manifests of every pipeline; secrets stay references, and no cluster is asked")
    .option("--out <dir>", "write files there: template.yaml, pipelines/NAME.yaml, runs/NAME.yaml (default: print all but the runs)")
    .option("--registry <host>", "registry of the connector images", "localhost:5000")
    .option("--namespace <name>", "namespace of the pipelines", defaultClusterSettings.namespace)
    .option("--base-image <image>", "image that the connector images are built on", "python:3.12-slim")
    .option("--json", "print as JSON, with how each image is built")
    .addHelpText("after", "\nExample:\n  $ npx tapctl render --out manifests --registry registry.example.com/etl")
    .action((flags: RenderFlags, command: Command) => {
      const { entries } = contextOf(command).project;
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(flags.namespace)) throw new UserError(`--namespace "${flags.namespace}": only lower-case letters, digits and "-" are allowed, at most 63`, 2);
      const context = readBuildContext(flags.baseImage);
      const settings: ClusterSettings = { ...defaultClusterSettings, namespace: flags.namespace, runnerImage: imageReference(flags.registry, runnerImage(context)) };
      const images = (entry: Replication): ConnectorImages => ({ tap: reference(entry.tap.connector, flags.registry, context), target: reference(entry.target.connector, flags.registry, context) });
      const template = singerTemplate(settings);
      const pipelines = entries.map((entry) => pipelineManifests(entry, images, settings));
      if (flags.json) return printJson({ template, pipelines, images: imageBuilds(entries.filter((entry) => entry.kind !== "job"), flags.registry, context) });
      const files: readonly RenderedFile[] = [
        { path: "template.yaml", objects: [template] },
        ...pipelines.map(({ name, secret, cronWorkflow }) => ({ path: join("pipelines", `${name}.yaml`), objects: [...(secret ? [secret] : []), cronWorkflow] })),
      ];
      const runs = pipelines.map(({ name, workflow }) => ({ path: join("runs", `${name}.yaml`), objects: [workflow] }));
      if (flags.out === undefined) return print(files.map(({ objects }) => yamlText(objects)).join("---\n").trimEnd());
      writeFiles(flags.out, [...files, ...runs]);
      print(`${flags.out}: the template, ${pipelines.length} pipelines and a run to submit for each`);
    });
}

function reference({ name, source, ...rest }: ConnectorDefinition, registry: string, context: BuildContext): string {
  const build = connectorImage({ name, source, ...rest }, context);
  if (build) return imageReference(registry, build);
  return "image" in source ? source.image : name;
}

function imageBuilds(entries: readonly Replication[], registry: string, context: BuildContext) {
  const builds = [runnerImage(context), ...entries.flatMap(({ tap, target }) => [tap, target]).map(({ connector }) => connectorImage(connector, context))];
  const known = builds.filter((build) => build !== undefined).map((build) => [imageReference(registry, build), build] as const);
  return Object.fromEntries(known);
}

/** Strings stay on their line, so that a difference shows in the line that it is in. */
function yamlText(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

function writeFiles(folder: string, files: readonly RenderedFile[]): void {
  try {
    for (const { path, objects } of files) {
      const target = join(folder, path);
      mkdirSync(join(target, ".."), { recursive: true });
      writeFileSync(target, yamlText(objects));
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? folder} cannot be written: ${code}`, 1);
  }
}
