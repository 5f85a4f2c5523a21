import type { PipelineEntry } from "../model/define";
import { entryProblems } from "../model/validation/entry";
import { pipelineChanges, type PipelineChange } from "./changes";
import type { CheckoutDescription, CheckoutManifests } from "./checkout";
import { code, count } from "./markdown";
import { pairEntries } from "./pairing";
import type { ResourcePlan } from "./pulumi-preview";

/** What a pull request does, as the comment tells it. */
export interface Review {
  /** How many pipelines there are after it. */
  readonly total: number;
  /** What it does to pipelines. */
  readonly changes: readonly PipelineChange[];
  /** Pipelines whose entries stay and whose manifests do not: the code that renders them changes. */
  readonly rerendered: readonly string[];
  /** Whether the templates that all pipelines share change. */
  readonly templates: "same" | "changes" | "unknown";
  /** Images that are built anew, by repository and tag. */
  readonly images: readonly string[];
  /** What Pulumi would do; absent where no preview was given. */
  readonly resources?: ResourcePlan;
  /** What keeps the review from being complete, one sentence each, in Markdown. */
  readonly limits: readonly string[];
}

/** The array and the manifests of the pull request's own branch; its array is valid. */
export interface Head {
  readonly entries: readonly PipelineEntry[];
  readonly manifests: CheckoutManifests;
}

/**
 * Compares two branches. The base may be anything: one that does not load, or entries of it that are not valid by the
 * rules of the head, count as if they were not there, and the review says so.
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
      `The base branch does not render: ${code(base.problem)}. All pipelines are shown as new.`,
    ];
  return invalid === 0
    ? []
    : [
        `The base branch has ${count(invalid, "pipeline")} that this branch does not take as valid; they count as new or are not shown.`,
      ];
}

function manifestLimits(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
): readonly string[] {
  if (head.kind === "failed")
    return [
      `This branch does not render its manifests: ${code(head.problem)}. Images that will be built are not known.`,
    ];
  return base?.kind === "failed"
    ? [
        `The base branch does not render its manifests: ${code(base.problem)}. All images are shown as new.`,
      ]
    : [];
}

function previewLimits(resources: ResourcePlan | undefined): readonly string[] {
  if (resources === undefined)
    return ["No preview of the cluster was given: this is what the arrays and manifests say."];
  return resources.errors === 0
    ? []
    : [
        `The preview of the cluster met ${count(resources.errors, "error")}: what it says about resources is not complete.`,
      ];
}

function rerendered(
  base: CheckoutManifests | undefined,
  head: CheckoutManifests,
  told: ReadonlySet<string>,
): readonly string[] {
  if (base?.kind !== "rendered" || head.kind !== "rendered") return [];
  const old = new Map(base.pipelines);
  return head.pipelines
    .filter(([name, digest]) => old.has(name) && old.get(name) !== digest && !told.has(name))
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
