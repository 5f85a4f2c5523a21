import { join } from "node:path";
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
import { yamlText } from "./yaml-text";

/** Options of rendered manifests. */
export interface RenderOptions {
  /** Folder of the project, which may contain connector files. */
  readonly root: string;
  /** Registry of the connector images. */
  readonly registry: string;
  /** Namespace of the pipelines. Default: `pipelines`. */
  readonly namespace?: string;
  /** Base image of the connector images. */
  readonly baseImage: string;
}

/** The manifests of an array, with references to secrets. */
export interface Rendered {
  /** The templates that all pipelines share. */
  readonly templates: readonly WorkflowTemplate[];
  /** Manifests of each pipeline, in the order of the array. */
  readonly pipelines: readonly PipelineManifests[];
  /** How each image is built, by its reference. */
  readonly images: { readonly [reference: string]: ImageBuild };
}

/** A manifest file, with a path relative to the output folder. */
export interface ManifestFile {
  readonly path: string;
  /** Content in YAML. */
  readonly text: string;
}

/** Input of rendered manifests. */
export interface RenderParts {
  /** Folder of the project, which may contain connector files. */
  readonly root: string;
  /** Settings shared by all pipelines. */
  readonly settings: Omit<ClusterSettings, "runnerImage">;
  /**
   * Maps an image name to the repository that pods pull from, such as `localhost:5000/tap-postgres`
   * for `tap-postgres`.
   */
  readonly repository: (name: string) => string;
  /** Base image of the connector images. */
  readonly baseImage: string;
  /** Existing images. */
  readonly ready: ReadyImages;
}

/** Renders the manifests of an array. The result depends only on the array and the options. */
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

/** Renders the manifests of an array. The result depends only on the array and the parts. */
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

/** The files to apply: the templates, and one file per pipeline. */
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
