import * as pulumi from "@pulumi/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import type { Replication } from "../../src/model/replication";
import { ConnectorImage, type ImageBuilding } from "./connector-image";
import { registryOf } from "./image-registry";
import { imageSigner } from "./image-signer";
import { originKey, type BuildContext, type ImageOrigin } from "../../src/manifests/images/image";
import { imageOrigins, nameBuilds } from "../../src/manifests/images/image-builds";
import type { PipelineImages } from "../pipelines/pipeline";
import type { Digests } from "./ready-image";

/** Images of a stack. */
export interface StackImages {
  /** Image with the runner and no connector. */
  readonly runner: pulumi.Output<string>;
  /** Images of a replication's connectors. */
  readonly of: (entry: Replication) => PipelineImages;
}

/**
 * Builds the runner and each connector image once, no matter how many pipelines use it.
 *
 * @param building `digests`: digests of the ready images; images without one are used by tag.
 */
export function stackImages(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  { digests = new Map(), ...building }: ImageBuilding & { readonly digests?: Digests },
  opts: pulumi.ComponentResourceOptions = {},
): StackImages {
  const { images } = building.settings;
  const { runner, of, all } = imageOrigins(entries, context, images.ready);
  const ready = all.flatMap((origin) =>
    "ready" in origin
      ? [[originKey(origin), pulumi.output(digests.get(origin.ready) ?? origin.ready)] as const]
      : [],
  );
  const builds = nameBuilds(all.flatMap((origin) => ("build" in origin ? [origin.build] : [])));
  const registry = building.registry ?? registryOf(building.settings.registry, building.secrets);
  const signer = imageSigner({ ...building, registry, context });
  const built = builds.map(
    ([name, build]) =>
      [
        originKey({ build }),
        new ConnectorImage(name, { ...building, build, signer }, opts).reference,
      ] as const,
  );
  const references = new Map([...ready, ...built]);
  const reference = (origin: ImageOrigin) =>
    references.get(originKey(origin)) as pulumi.Output<string>;
  return {
    runner: reference(runner),
    of: ({ tap, target }) => ({
      tap: reference(of(tap.connector)),
      target: reference(of(target.connector)),
    }),
  };
}
