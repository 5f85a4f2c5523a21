import type { ContainerArgs, EntryBase } from "./entry";

/** A container on its own schedule, such as dbt, data-quality checks or a cleanup. */
export interface Job extends EntryBase, ContainerArgs {
  readonly kind: "job";
}
