import { plural } from "../common/plural";
import type { PipelineChange } from "./changes";
import {
  images,
  limits,
  losses,
  otherChanges,
  resources,
  title,
  warnings,
} from "./comment-sections";
import { bullets, code } from "./markdown";
import type { Review } from "./review";

/** First line of each comment, by which the workflow finds the comment to update. */
export const MARKER = "<!-- tapctl preview-comment -->";

/**
 * Maximum size of a comment: GitHub allows 65,536 characters, and the posting workflow may add
 * some.
 */
export const COMMENT_BYTES = 60_000;

/** Maximum size of a job summary: GitHub allows 1 MiB per step. */
export const SUMMARY_BYTES = 1_000_000;

/** List lengths, tried in order: longer lists are truncated, to leave space for what follows. */
const LIST_LENGTHS = [40, 10, 3] as const;

const REST = "see the job summary.";

/** Space reserved after the pipelines. */
const ENDING_BYTES = 500;

const TITLES = { added: "Added", changed: "Changed", removed: "Removed" } as const;

/**
 * The review as Markdown: first deletions and replacements, then incompatible states, then each
 * pipeline. If it is too long, pipelines are omitted and counted, and the job summary contains the
 * rest.
 *
 * @param bytes maximum size in UTF-8.
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
          `**${plural(left, "more pipeline")}** ${left === 1 ? "is" : "are"} omitted because of the size limit of comments; ${REST}`,
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

/** The sections before and after the pipelines. */
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

/** Truncates to whole lines: the most important ones come first. */
function cutTo(bytes: number, text: string): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const ending = `\n**Truncated**; ${REST}\n`;
  const { lines } = firstOf(
    text.split("\n").map((line) => [line]),
    bytes - Buffer.byteLength(ending) - 1,
  );
  return `${lines.join("\n").trimEnd()}\n${ending}`;
}

/** As many pipelines as fit: with all facts, otherwise only names; the rest is counted. */
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
    `- ${code(name)}: ${plural(facts.length, "change")}`,
  ]);
  // As many as fit with all facts, the others by name; if that is too long, only as many names as
  // fit.
  if (sizeOf(brief.flat()) <= room) return mixed(full, brief, room);
  const { lines, shown } = firstOf(brief, room);
  return { lines, left: changes.length - shown };
}

/** Lines of each change, with a heading above the first of each kind. */
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

/** Size in bytes, which is at least the number of characters that GitHub limits. */
function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
