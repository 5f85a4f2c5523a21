import { tap, target } from "../../src/model/define-connector";
import type { Json } from "../../src/model/connector-settings";
import { isReplication, type PipelineEntry } from "../../src/model/define";
import type { Replication } from "../../src/model/replication";
import type { CheckoutDescription } from "../../src/review/checkout";
import { reviewOf, type Review } from "../../src/review/review";
import type { ResourcePlan } from "../../src/review/pulumi-preview";

/** The time from which these tests compute the next runs: a Tuesday. */
export const NOW = new Date("2026-11-24T00:00:00Z");

/** A tap of a given version, for use in entries. */
export function shopTap(
  settings: { readonly [name: string]: Json } = { host: "shop-db" },
  version = "1.4.0",
) {
  return tap({ name: "tap-shop", package: "tap-shop", version })(settings);
}

/** The same tap as a ready image. */
export function shopImage(tag: string) {
  return tap({ name: "tap-shop", image: `ghcr.io/acme/tap-shop:${tag}` })({ host: "shop-db" });
}

/** A target for use in entries. */
export function warehouse(
  settings: { readonly [name: string]: Json } = { host: "dwh", database: "dwh" },
  name = "target-warehouse",
) {
  return target({ name, package: name, version: "2.0.0" })(settings);
}

/** A valid replication, with some fields replaced. */
export function replication(fields: Partial<Replication> = {}): Replication {
  return { name: "orders", schedule: "0 6 * * *", tap: shopTap(), target: warehouse(), ...fields };
}

/** The description of a checkout with these entries and images named after their connectors. */
export function checkout(
  entries: readonly PipelineEntry[],
): Extract<CheckoutDescription, { readonly kind: "array" }> {
  const images = entries
    .filter(isReplication)
    .flatMap(({ tap, target }) =>
      [tap, target].map(
        ({ connector }) =>
          `${connector.name}:${"version" in connector.source ? connector.source.version : "image"}`,
      ),
    );
  return {
    kind: "array",
    entries,
    manifests: {
      kind: "rendered",
      templates: "t",
      pipelines: entries.map(({ name }) => [name, "d"]),
      images: [...new Set(images)],
    },
  };
}

/** The review of two arrays. */
export function review(
  before: readonly PipelineEntry[],
  after: readonly PipelineEntry[],
  resources?: ResourcePlan,
): Review {
  return reviewOf(checkout(before), checkout(after), NOW, resources);
}

/** The facts of the only change of two arrays, each as `weight: text`. */
export function factsOf(before: Replication, after: Replication): readonly string[] {
  const [change] = review([before], [after]).changes;
  return (change?.facts ?? []).map(({ weight, text }) => `${weight}: ${text}`);
}
