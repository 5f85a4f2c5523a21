import { readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import { assertValid } from "../model/validation/validate";
import { print, printJson } from "../common/print";

interface PreviewCommentFlags {
  readonly base: string;
  readonly head: string;
  readonly preview?: string;
  readonly out?: string;
  readonly summary?: string;
  readonly now?: string;
  readonly baseImage: string;
  readonly json?: boolean;
}

/** `tapctl preview-comment`: what a pull request changes, as a comment on it. */
export function addPreviewComment(program: Command): void {
  program
    .command("preview-comment")
    .summary("summarize what a pull request changes")
    .description(
      "write a Markdown summary of what a pull request changes, from two checkouts; needs no cluster, never shows secret values",
    )
    .requiredOption("--base <dir>", "checkout of the base branch")
    .requiredOption("--head <dir>", "checkout of the pull request's branch")
    .option("--preview <file>", "output of `pulumi preview --json` for the pull request's branch")
    .option("--out <file>", "write the comment to this file (default: print it)")
    .option(
      "--summary <file>",
      "write the full text (up to 1 MB) to this file, in case the comment is truncated",
    )
    .option(
      "--now <time>",
      "time to calculate the next runs from, e.g. 2026-01-31T12:00Z (default: now)",
    )
    .option("--base-image <image>", "base image of the connector images", DEFAULTS.baseImage)
    .option("--json", "print as JSON instead of the comment")
    .addHelpText(
      "after",
      "\nExample:\n  $ git worktree add ../base origin/main\n  $ npx tapctl preview-comment --base ../base --head .",
    )
    .action(async (flags: PreviewCommentFlags) => {
      const { readPulumiPreview } = await import("../review/pulumi-preview.js");
      const { readCheckout } = await import("../review/checkout.js");
      const now = moment(flags.now);
      const resources =
        flags.preview === undefined
          ? undefined
          : readPulumiPreview(flags.preview, readText("--preview", flags.preview));
      const [baseFolder, headFolder] = [folder("--base", flags.base), folder("--head", flags.head)];
      const reading = Promise.all([
        readCheckout(baseFolder, flags.baseImage),
        readCheckout(headFolder, flags.baseImage),
      ]);
      // Loaded while child processes read both checkouts.
      const { reviewOf } = await import("../review/review.js");
      const { commentText, COMMENT_BYTES, SUMMARY_BYTES } = await import("../review/comment.js");
      const [base, head] = await reading;
      if (head.kind === "failed") throw new UserError(`--head ${flags.head}: ${head.problem}`);
      assertValid(head.entries);
      const review = reviewOf(base, head, now, resources);
      const comment = commentText(review, COMMENT_BYTES);
      if (flags.out !== undefined) write("--out", flags.out, comment);
      if (flags.summary !== undefined)
        write("--summary", flags.summary, commentText(review, SUMMARY_BYTES));
      if (flags.json) return printJson(review);
      if (flags.out === undefined) print(comment.trimEnd());
    });
}

function moment(text: string | undefined): Date {
  const date = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new UserError(`Invalid value for --now: "${text}".`, {
      fix: "Use a time such as 2026-01-31T12:00Z.",
    });
  return date;
}

function folder(flag: string, path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${flag} ${path}: the folder does not exist.`, {
      fix: "Use the path of a checkout of the project.",
    });
  return resolve(path);
}

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `${flag} ${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check the path and its permissions." },
    );
  }
}

function write(flag: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `${flag} ${file}: cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check that the folder exists and is writable.", exitCode: 1 },
    );
  }
}
