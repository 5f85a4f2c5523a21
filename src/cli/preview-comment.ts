import { readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import { assertValid } from "../model/validation/validate";
import { load } from "./load";
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

/** `tapctl preview-comment`: what a pull request does, as a comment on it. */
export function addPreviewComment(program: Command): void {
  program
    .command("preview-comment")
    .description(
      "write what a pull request does to the pipelines as Markdown, from two checkouts; no cluster is asked, values of secrets are never shown",
    )
    .requiredOption("--base <dir>", "checkout of the branch that is merged into")
    .requiredOption("--head <dir>", "checkout of the pull request's branch")
    .option(
      "--preview <file>",
      "what `pulumi preview --json` printed for the pull request's branch",
    )
    .option("--out <file>", "write the comment there (default: print it)")
    .option(
      "--summary <file>",
      "write all of it there, up to 1 MB, where the comment has to be cut short",
    )
    .option(
      "--now <time>",
      "moment that the next runs are counted from, such as 2026-01-31T12:00Z (default: now)",
    )
    .option(
      "--base-image <image>",
      "image that the connector images are built on",
      DEFAULTS.baseImage,
    )
    .option("--json", "print as JSON, in place of the comment")
    .addHelpText(
      "after",
      "\nExample:\n  $ git worktree add ../base origin/main\n  $ npx tapctl preview-comment --base ../base --head .",
    )
    .action(async (flags: PreviewCommentFlags) => {
      const { readPulumiPreview } = load(
        "../review/pulumi-preview",
      ) as typeof import("../review/pulumi-preview");
      const { readCheckout } = load("../review/checkout") as typeof import("../review/checkout");
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
      // While both are read in processes of their own.
      const { reviewOf } = load("../review/review") as typeof import("../review/review");
      const { commentText, COMMENT_BYTES, SUMMARY_BYTES } = load(
        "../review/comment",
      ) as typeof import("../review/comment");
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
    throw new UserError(`--now ${text}: is no time; allowed is a form such as 2026-01-31T12:00Z`);
  return date;
}

function folder(flag: string, path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${flag} ${path}: is no folder; it must be a checkout of the project`);
  return resolve(path);
}

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `${flag} ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function write(flag: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `${flag} ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
      1,
    );
  }
}
