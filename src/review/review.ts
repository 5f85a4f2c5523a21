import { plural } from "../common/plural";
import type { PipelineEntry } from "../model/define";
import { entryProblems } from "../model/validation/entry";
import { pipelineChanges, type PipelineChange } from "./changes";
import type { CheckoutDescription, CheckoutManifests } from "./checkout";
import { code } from "./markdown";
import { pairEntries } from "./pairing";
import type { ResourcePlan } from "./pulumi-preview";

/** Content of the comment on a pull request. */
export interface Review {
  /** Number of pipelines after the merge. */
  readonly total: number;
  /** Changes to pipelines. */
  readonly changes: readonly PipelineChange[];
  /** Pipelines whose manifests change although their entries do not: the rendering code changed. */
  readonly rerendered: readonly string[];
  /** Whether the shared templates change. */
  readonly templates: "same" | "changes" | "unknown";
  /** Images to be built, by repository and tag. */
  readonly images: readonly string[];
  /** Changes planned by Pulumi; absent without a preview. */
  readonly resources?: ResourcePlan;
  /** Why the review is incomplete, one sentence each, in Markdown. */
  readonly limits: readonly string[];
}

/** The pull request's branch, with a valid array. */
export interface Head {
  readonly entries: readonly PipelineEntry[];
  readonly manifests: CheckoutManifests;
}

/**
 * Compares two branches. If the base branch cannot be loaded, or entries in it are invalid by the
 * rules of the head, they are treated as missing, and the review mentions it.
 */
export function reviewOf(
  base: CheckoutDescription,
  head: Head,
  now: Date,
  resources?: ResourcePlan,
): Review {
  const before = base.kind === "array" ? base.entries : [];
  const usable = before.filter((entry) => entryProblems(entry).length === 0);
  const changes = pipelineChanges(pairEntries(usable, head.entries), now);
  const old = base.kind === "array" ? base.manifests : undefined;
  return {
    total: head.entries.length,
    changes,
    rerendered: rerendered(old, head.manifests, new Set(changes.map(({ name }) => name))),
    templates: templatesChange(old, head.manifests),
    images: newImages(old, head.manifests),
    ...(resources && { resources }),
    limits: [
      ...baseLimits(base, before.length - usable.length),
      ...manifestLimits(old, head.manifests),
      ...previewLimits(resources),
    ],
  };
}

function baseLimits(base: CheckoutDescription, invalid: number): readonly string[] {
  if (base.kind === "failed")
    return [
      `The base branch cannot be loaded: ${code(base.problem)}. All pipelines are shown as new.`,
    ];
  return invalid === 0
    ? []
    : [
        `The base branch has ${plural(invalid, "pipeline")} that this branch considers invalid; they are shown as new or omitted.`,
      ];
}

function manifestLimits(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
): readonly string[] {
  if (head.kind === "failed")
    return [
      `The manifests of this branch cannot be rendered: ${code(head.problem)}. The images to be built are unknown.`,
    ];
  return base?.kind === "failed"
    ? [
        `The manifests of the base branch cannot be rendered: ${code(base.problem)}. All images are shown as new.`,
      ]
    : [];
}

function previewLimits(resources: ResourcePlan | undefined): readonly string[] {
  if (resources === undefined)
    return [
      "No preview of the cluster is available: this is based on the arrays and manifests only.",
    ];
  return resources.errors === 0
    ? []
    : [
        `The preview of the cluster has ${plural(resources.errors, "error")}: its list of resources is incomplete.`,
      ];
}

function rerendered(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
  covered: ReadonlySet<string>,
): readonly string[] {
  if (base?.kind !== "rendered" || head.kind !== "rendered") return [];
  const old = new Map(base.pipelines);
  return head.pipelines
    .filter(([name, digest]) => old.has(name) && old.get(name) !== digest && !covered.has(name))
    .map(([name]) => name);
}

function templatesChange(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
): Review["templates"] {
  if (base?.kind !== "rendered" || head.kind !== "rendered") return "unknown";
  return base.templates === head.templates ? "same" : "changes";
}

function newImages(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
): readonly string[] {
  if (head.kind !== "rendered") return [];
  const old = new Set(base?.kind === "rendered" ? base.images : []);
  return head.images.filter((image) => !old.has(image));
}
