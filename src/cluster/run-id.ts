import type { Metadata, MetadataOnly } from "./objects";

/**
 * A Workflow's run id, computed like in the shared templates: `RUN_ID` in
 * src/manifests/argo/store-artifacts.ts.
 */
export function runIdOf({
  creationTimestamp,
  uid,
}: Pick<Metadata, "creationTimestamp" | "uid">): string {
  return `${new Date(creationTimestamp).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z-${uid.slice(0, 6)}`;
}

/** Whether a Workflow has this name or run id. */
export function isNamed({ metadata }: MetadataOnly, wanted: string): boolean {
  return metadata.name === wanted || runIdOf(metadata) === wanted;
}
