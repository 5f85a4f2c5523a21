import { plural } from "../common/plural";
import { alert, atMost, bullets, code } from "./markdown";
import type { ResourceLoss } from "./pulumi-preview";
import type { Review } from "./review";
import { formatNumber } from "../common/format-number";

const MOST_REASONS = 5;

export function title({ changes, total }: Review): string {
  const parts = (["added", "changed", "removed"] as const).flatMap((change) => {
    const number = changes.filter((one) => one.change === change).length;
    return number === 0 ? [] : [`${formatNumber(number)} ${change}`];
  });
  return `Pipelines: ${parts.length === 0 ? "no changes" : parts.join(", ")} (${formatNumber(total)} after the merge)`;
}

export function losses({ resources }: Review, most: number): readonly string[] {
  if (!resources || resources.losses.length === 0) return [];
  const number = (kind: ResourceLoss["kind"]) =>
    resources.losses.filter((loss) => loss.kind === kind).length;
  const parts = (["deleted", "replaced"] as const).flatMap((kind) =>
    number(kind) === 0
      ? []
      : [`${plural(number(kind), "resource")} ${number(kind) === 1 ? "is" : "are"} ${kind}`],
  );
  return alert("CAUTION", [
    `**${parts.join(", ")}**`,
    ...bullets(atMost(resources.losses, most, lossText)),
  ]);
}

function lossText({ kind, type, name, reasons }: ResourceLoss): string {
  const because =
    reasons.length === 0 ? "" : `, because of ${atMost(reasons, MOST_REASONS, code).join(", ")}`;
  return `**${kind}**: ${code(type)} ${code(name)}${because}`;
}

export function warnings(
  { changes }: Review,
  weight: "state" | "risk",
  most: number,
): readonly string[] {
  const lines = changes.flatMap(({ name, facts }) =>
    facts.filter((fact) => fact.weight === weight).map(({ text }) => ({ name, text })),
  );
  if (lines.length === 0) return [];
  return alert("WARNING", [
    weight === "state" ? "**Saved states that no longer match**" : "**Please check**",
    ...bullets(atMost(lines, most, ({ name, text }) => `${code(name)}: ${text}`)),
  ]);
}

export function limits(review: Review): readonly string[] {
  return review.limits.length === 0 ? [] : alert("NOTE", bullets(review.limits));
}

export function images({ images }: Review, most: number): readonly string[] {
  return images.length === 0
    ? []
    : ["### Images that will be built", "", ...bullets(atMost(images, most, code)), ""];
}

export function otherChanges({ templates, rerendered }: Review, most: number): readonly string[] {
  const lines = [
    ...(templates === "changes" ? ["the templates shared by all pipelines change"] : []),
    ...(rerendered.length > 0
      ? [
          `${plural(rerendered.length, "pipeline")} with an unchanged entry ${rerendered.length === 1 ? "gets" : "get"} different manifests: ${atMost(rerendered, most, code).join(", ")}`,
        ]
      : []),
  ];
  return lines.length === 0 ? [] : ["### Other changes on the cluster", "", ...bullets(lines), ""];
}

export function resources({ resources }: Review): readonly string[] {
  if (!resources) return [];
  const counts = resources.counts.map(
    ([operation, number]) => `${code(operation)} ${formatNumber(number)}`,
  );
  return [
    "### Resources",
    "",
    counts.length === 0
      ? "`pulumi up` would change nothing."
      : `Operations of \`pulumi up\`: ${counts.join(", ")}.`,
    "",
  ];
}
