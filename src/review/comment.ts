import type { PipelineChange } from "./changes";
import { alert, atMost, bullets, code, count } from "./markdown";
import type { ResourceLoss } from "./pulumi-preview";
import type { Review } from "./review";

/** First line of every comment: a workflow finds the comment by it and writes it anew. */
export const MARKER = "<!-- tapctl preview-comment -->";

/** Most bytes of a comment: GitHub takes 65,536 characters, of which the workflow that posts it may add some. */
export const COMMENT_BYTES = 60_000;

/** Most bytes of a job summary: GitHub takes 1 MiB of a step. */
export const SUMMARY_BYTES = 1_000_000;

/** Longest lists, tried in turn: more is counted, because what comes behind must have its place. */
const LIST_LENGTHS = [40, 10, 3] as const;

const MOST_REASONS = 5;

const REST = "the summary of the job has more.";

/** What the pipelines that are told one by one must leave free. */
const ENDING_BYTES = 500;

const TITLES = { added: "Added", changed: "Changed", removed: "Removed" } as const;

/**
 * The review as Markdown: what is lost first, then states that no longer fit, then pipeline by pipeline. Where that
 * is longer than it may be, pipelines that have no place are counted, and the job's summary has the rest.
 *
 * @param bytes the most that the text may have, in UTF-8.
 */
export function commentText(review: Review, bytes: number): string {
  const frames = LIST_LENGTHS.map((most) => frameOf(review, most));
  const { head, tail } =
    frames.find((frame) => sizeOf([...frame.head, ...frame.tail]) <= bytes / 2) ??
    frames[frames.length - 1] ??
    frameOf(review, 1);
  const { lines, left } = pipelines(
    review.changes,
    bytes - sizeOf([...head, ...tail]) - ENDING_BYTES,
  );
  const rest =
    left === 0
      ? []
      : [
          `**${count(left, "more pipeline")}** ${left === 1 ? "is" : "are"} not shown here, because a comment has a limit; ${REST}`,
          "",
        ];
  return cutTo(
    bytes,
    `${[...head, ...lines, ...rest, ...tail]
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trimEnd()}\n`,
  );
}

/** What stands above the pipelines and below them. */
function frameOf(
  review: Review,
  most: number,
): { readonly head: readonly string[]; readonly tail: readonly string[] } {
  return {
    head: [
      MARKER,
      `## ${title(review)}`,
      "",
      ...losses(review, most),
      ...warnings(review, "state", most),
      ...warnings(review, "risk", most),
      ...limits(review),
    ],
    tail: [...images(review, most), ...otherChanges(review, most), ...resources(review)],
  };
}

/** Whole lines, as many as fit: what is loudest stands first and stays. */
function cutTo(bytes: number, text: string): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const ending = `\n**Cut short**, because a comment has a limit; ${REST}\n`;
  const { lines } = firstOf(
    text.split("\n").map((line) => [line]),
    bytes - Buffer.byteLength(ending) - 1,
  );
  return `${lines.join("\n").trimEnd()}\n${ending}`;
}

function title({ changes, total }: Review): string {
  const parts = (["added", "changed", "removed"] as const).flatMap((change) => {
    const number = changes.filter((one) => one.change === change).length;
    return number === 0 ? [] : [`${number.toLocaleString("en-US")} ${change}`];
  });
  return `Pipelines: ${parts.length === 0 ? "none changes" : parts.join(", ")} (${total.toLocaleString("en-US")} after the merge)`;
}

function losses({ resources }: Review, most: number): readonly string[] {
  if (!resources || resources.losses.length === 0) return [];
  const number = (kind: ResourceLoss["kind"]) =>
    resources.losses.filter((loss) => loss.kind === kind).length;
  const parts = (["deleted", "replaced"] as const).flatMap((kind) =>
    number(kind) === 0
      ? []
      : [`${count(number(kind), "resource")} ${number(kind) === 1 ? "is" : "are"} ${kind}`],
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

function warnings({ changes }: Review, weight: "state" | "risk", most: number): readonly string[] {
  const lines = changes.flatMap(({ name, facts }) =>
    facts.filter((fact) => fact.weight === weight).map(({ text }) => ({ name, text })),
  );
  if (lines.length === 0) return [];
  return alert("WARNING", [
    weight === "state" ? "**Saved states that do not fit any more**" : "**Look at these**",
    ...bullets(atMost(lines, most, ({ name, text }) => `${code(name)}: ${text}`)),
  ]);
}

function limits(review: Review): readonly string[] {
  return review.limits.length === 0 ? [] : alert("NOTE", bullets(review.limits));
}

/** Pipelines as long as there is room: with all facts first, then by their names, and what is left is counted. */
function pipelines(
  changes: readonly PipelineChange[],
  room: number,
): { readonly lines: readonly string[]; readonly left: number } {
  const full = blocks(changes, (change) => [
    `**${code(change.name)}**`,
    ...bullets(change.facts.map(({ text }) => text)),
    "",
  ]);
  if (sizeOf(full.flat()) <= room) return { lines: full.flat(), left: 0 };
  const brief = blocks(changes, ({ name, facts }) => [
    `- ${code(name)}: ${count(facts.length, "fact")}`,
  ]);
  // As many as fit in full, the others in brief; where even that is too long, only as many as fit.
  if (sizeOf(brief.flat()) <= room) return mixed(full, brief, room);
  const { lines, shown } = firstOf(brief, room);
  return { lines, left: changes.length - shown };
}

/** Lines of each change, the title of its kind above the first of a kind. */
function blocks(
  changes: readonly PipelineChange[],
  linesOf: (change: PipelineChange) => readonly string[],
): readonly (readonly string[])[] {
  return changes.map((change, index) => [
    ...(changes[index - 1]?.change === change.change
      ? []
      : ["", `### ${TITLES[change.change]}`, ""]),
    ...linesOf(change),
  ]);
}

function mixed(
  full: readonly (readonly string[])[],
  brief: readonly (readonly string[])[],
  room: number,
): { readonly lines: readonly string[]; readonly left: number } {
  let size = sizeOf(brief.flat());
  const lines = full.map((block, index) => {
    const short = brief[index] ?? [];
    const grown = size + sizeOf(block) - sizeOf(short);
    if (grown > room) return short;
    size = grown;
    return block;
  });
  return { lines: [...lines.flat(), ""], left: 0 };
}

function firstOf(
  all: readonly (readonly string[])[],
  room: number,
): { readonly lines: readonly string[]; readonly shown: number } {
  let size = 0;
  const shown = all.findIndex((block) => (size += sizeOf(block)) > room);
  const fitting = all.slice(0, shown === -1 ? all.length : shown);
  return { lines: [...fitting.flat(), ""], shown: fitting.length };
}

function images({ images }: Review, most: number): readonly string[] {
  return images.length === 0
    ? []
    : ["### Images that will be built", "", ...bullets(atMost(images, most, code)), ""];
}

function otherChanges({ templates, rerendered }: Review, most: number): readonly string[] {
  const lines = [
    ...(templates === "changes" ? ["the templates that all pipelines share change"] : []),
    ...(rerendered.length > 0
      ? [
          `${count(rerendered.length, "pipeline")} with the same entry ${rerendered.length === 1 ? "gets" : "get"} other manifests: ${atMost(rerendered, most, code).join(", ")}`,
        ]
      : []),
  ];
  return lines.length === 0 ? [] : ["### Other changes on the cluster", "", ...bullets(lines), ""];
}

function resources({ resources }: Review): readonly string[] {
  if (!resources) return [];
  const counts = resources.counts.map(
    ([operation, number]) => `${code(operation)} ${number.toLocaleString("en-US")}`,
  );
  return [
    "### Resources",
    "",
    counts.length === 0
      ? "`pulumi up` would change nothing."
      : `\`pulumi up\` would do: ${counts.join(", ")}.`,
    "",
  ];
}

/** Bytes are never fewer than characters, so that a text that fits by bytes fits GitHub's limit in any case. */
function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
