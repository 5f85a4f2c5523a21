import type { ManifestFile } from "../render/render";
import { yamlText } from "../render/yaml-text";
import type { CompleteStack } from "./complete-stack";
import { STACK_FOLDER } from "./git-source";
import type { KubernetesObject } from "./kubernetes-object";

/** A file of a layer, with a path relative to the layer's folder. */
export interface LayerFile {
  readonly path: string;
  readonly objects: readonly KubernetesObject[];
}

/** Objects that are applied together, and the layer that must be complete before. */
export interface Layer {
  readonly name: string;
  /** Order in which Argo CD applies the layer. */
  readonly wave: number;
  /** Name of the layer before. Default: none. */
  readonly after?: string;
  readonly files: readonly LayerFile[];
}

/**
 * The layers of a stack that have objects. Monitoring depends only on the namespaces, so that a
 * cluster without the Prometheus operator still runs pipelines.
 *
 * Nothing comes after the pipelines: Argo CD applies a later wave only when the one before is
 * healthy, which a pipeline that cannot start is not. It applies all objects of a wave, even if some fail.
 * Source: argo-cd v3.5.1, gitops-engine/pkg/sync/sync_context.go, `Sync` and `runTasks`.
 *
 * @param charts the objects that install each chart, by the name of its release.
 */
export function layersOf(
  { namespaces, settings, templates, monitoring, pipelines }: CompleteStack,
  charts: { readonly [release: string]: readonly KubernetesObject[] },
): readonly Layer[] {
  const installed = Object.entries(charts).map(([name, objects]) => ({
    path: `${name}.yaml`,
    objects,
  }));
  const chain: readonly Omit<Layer, "wave" | "after">[] = [
    { name: "namespaces", files: [{ path: "namespaces.yaml", objects: namespaces }] },
    { name: "settings", files: [{ path: "settings.yaml", objects: settings }] },
    { name: "charts", files: installed },
    { name: "templates", files: byName(templates) },
    {
      name: "pipelines",
      files: pipelines.map(({ name, objects }) => ({ path: `${name}.yaml`, objects })),
    },
  ];
  const needed = chain.filter(({ files }) => files.length > 0);
  const layers = needed.map((layer, wave): Layer => {
    const after = needed[wave - 1]?.name;
    return { ...layer, wave, ...(after !== undefined && { after }) };
  });
  if (monitoring.length === 0) return layers;
  return [
    ...layers,
    {
      name: "monitoring",
      wave: needed.length - 1,
      after: "namespaces",
      files: byName(monitoring),
    },
  ];
}

/** The files of layers in the output folder, with each object changed as its program needs it. */
export function layerFiles(
  layers: readonly Layer[],
  change: (object: KubernetesObject, layer: Layer) => KubernetesObject,
): readonly ManifestFile[] {
  return layers.flatMap((layer) =>
    layer.files.map(({ path, objects }) => ({
      path: `${STACK_FOLDER}/${layer.name}/${path}`,
      text: yamlText(objects.map((object) => change(object, layer))),
    })),
  );
}

/** A file for each name; the console's objects share theirs. */
function byName(objects: readonly KubernetesObject[]): readonly LayerFile[] {
  const names = [...new Set(objects.map(({ metadata }) => metadata.name))];
  return names.map((name) => ({
    path: `${name}.yaml`,
    objects: objects.filter(({ metadata }) => metadata.name === name),
  }));
}
