import { join } from "node:path";
import { stringify } from "yaml";
import type { ConnectorDefinition } from "../../model/connector";
import type { PipelineEntry } from "../../model/define";
import type { Replication } from "../../model/replication";
import { defaultClusterSettings, type ClusterSettings } from "../argo/cluster-settings";
import { pipelineManifests, type PipelineManifests } from "../argo/manifests";
import type { ConnectorImages } from "../argo/run-parameters";
import { singerTemplates } from "../argo/singer-template";
import type { WorkflowTemplate } from "../argo/types";
import { readBuildContext } from "../images/build-context";
import {
  taggedReference,
  type ImageBuild,
  type ImageOrigin,
  type ReadyImages,
} from "../images/image";
import { imageOrigins } from "../images/image-builds";
import { repositoriesBelow } from "../../common/registry/repositories";

/** What manifests are rendered for. */
export interface RenderOptions {
  /** Folder of the project, which may have files of connectors. */
  readonly root: string;
  /** Registry of the connector images. */
  readonly registry: string;
  /** Namespace of the pipelines. Default: `pipelines`. */
  readonly namespace?: string;
  /** Image that the connector images are built on. */
  readonly baseImage: string;
}

/** The manifests of an array; secrets are references. */
export interface Rendered {
  /** The templates that all pipelines share. */
  readonly templates: readonly WorkflowTemplate[];
  /** The manifests of each pipeline, in the order of the array. */
  readonly pipelines: readonly PipelineManifests[];
  /** How each image is built, by its reference. */
  readonly images: { readonly [reference: string]: ImageBuild };
}

/** A file of manifests, below the folder that they are written to. */
export interface ManifestFile {
  readonly path: string;
  /** Its content in YAML. */
  readonly text: string;
}

/** What a cluster's manifests are built from. */
export interface RenderParts {
  /** Folder of the project, which may have files of connectors. */
  readonly root: string;
  /** What the pipelines share. */
  readonly settings: Omit<ClusterSettings, "runnerImage">;
  /** Where pods pull the images of a name from, such as `localhost:5000/tap-postgres` for `tap-postgres`. */
  readonly repository: (name: string) => string;
  /** Image that the connector images are built on. */
  readonly baseImage: string;
  /** Images that are there already. */
  readonly ready: ReadyImages;
}

/** The manifests of an array: the same for the same array and options, without a cluster. */
export function renderArray(
  entries: readonly PipelineEntry[],
  { root, registry, namespace, baseImage }: RenderOptions,
): Rendered {
  return renderParts(entries, {
    root,
    settings: { ...defaultClusterSettings, ...(namespace !== undefined && { namespace }) },
    repository: repositoriesBelow(registry),
    baseImage,
    ready: {},
  });
}

/** The manifests of an array: the same for the same array and parts. */
export function renderParts(
  entries: readonly PipelineEntry[],
  { root, settings: shared, repository, baseImage, ready }: RenderParts,
): Rendered {
  const { runner, of, all } = imageOrigins(entries, readBuildContext(baseImage, root), ready);
  const settings: ClusterSettings = { ...shared, runnerImage: taggedReference(repository, runner) };
  const reference = (connector: ConnectorDefinition) => taggedReference(repository, of(connector));
  const images = ({ tap, target }: Replication): ConnectorImages => ({
    tap: reference(tap.connector),
    target: reference(target.connector),
  });
  return {
    templates: singerTemplates(settings),
    pipelines: entries.map((entry) => pipelineManifests(entry, images, settings)),
    images: imageBuilds(all, repository),
  };
}

/** What is applied: the templates, and a file a pipeline. */
export function manifestFiles({ templates, pipelines }: Rendered): readonly ManifestFile[] {
  return [
    { path: "templates.yaml", text: yamlText(templates) },
    ...pipelines.map(({ name, secret, cronWorkflow }) => ({
      path: join("pipelines", `${name}.yaml`),
      text: yamlText([...(secret ? [secret] : []), cronWorkflow]),
    })),
  ];
}

/** A Workflow to submit by hand for each pipeline. */
export function runFiles({ pipelines }: Rendered): readonly ManifestFile[] {
  return pipelines.map(({ name, workflow }) => ({
    path: join("runs", `${name}.yaml`),
    text: yamlText([workflow]),
  }));
}

function imageBuilds(
  origins: readonly ImageOrigin[],
  repository: RenderParts["repository"],
): Rendered["images"] {
  return Object.fromEntries(
    origins.flatMap((origin) =>
      "build" in origin ? [[taggedReference(repository, origin), origin.build]] : [],
    ),
  );
}

/** Strings stay on their line, so that a difference shows in the line that it is in. */
function yamlText(objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
