import type { Metadata } from "./objects";

/** A Workflow's run id, as the shared template makes it: `RUN_ID` in components/argo/store-artifacts.ts. */
export function runIdOf({ creationTimestamp, uid }: Pick<Metadata, "creationTimestamp" | "uid">): string {
  return `${new Date(creationTimestamp).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z-${uid.slice(0, 6)}`;
}
