import type { ContainerArgs, EntryBase } from "./entry";

/** A container on a schedule of its own: dbt, a data-quality suite, a clean-up. */
export interface Job extends EntryBase, ContainerArgs {
  readonly kind: "job";
}
