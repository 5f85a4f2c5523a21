import { spawn } from "node:child_process";
import { UserError } from "../../common/errors";
import { isCommit, type GitAddress } from "../../model/package-address";
import { lastMeaningfulLine } from "./install-error";
import { withoutCredentials } from "./pip-settings";

/** What a git reference is at the moment. */
export interface ResolvedReference {
  readonly commit: string;
  /** A branch moves, a tag should not. */
  readonly kind: "tag" | "branch" | "commit";
}

/**
 * Looks up the commit of a git reference with the user's own git, so that its credentials apply.
 *
 * @throws UserError if git is not installed, the repository cannot be read, or it has no such
 *   reference.
 */
export async function resolveReference({ url, ref }: GitAddress): Promise<ResolvedReference> {
  if (isCommit(ref)) return { commit: ref, kind: "commit" };
  const { code, output } = await git(["ls-remote", url, "HEAD", "refs/tags/*", "refs/heads/*"]);
  if (code !== 0) throw unreadable(url, output);
  const found = new Map(
    output.split("\n").flatMap((line) => {
      const [, commit, name] = /^([0-9a-f]{40})\s+(HEAD|refs\/\S+)$/.exec(line) ?? [];
      return commit === undefined || name === undefined ? [] : [[name, commit] as const];
    }),
  );
  // An annotated tag has an object of its own; its commit is listed with ^{}.
  const tag = found.get(`refs/tags/${ref}^{}`) ?? found.get(`refs/tags/${ref}`);
  if (tag !== undefined) return { commit: tag, kind: "tag" };
  const branch = found.get(ref === "HEAD" ? ref : `refs/heads/${ref}`);
  if (branch !== undefined) return { commit: branch, kind: "branch" };
  if (/^[0-9a-f]{7,39}$/.test(ref))
    throw new UserError(`${url}: the commit ${ref} is abbreviated`, {
      fix: "Use all 40 digits of the commit.",
    });
  throw noReference(url, ref, [...found.keys()]);
}

/**
 * Checks out a commit into a folder.
 *
 * @throws UserError if the repository cannot be read or does not have the commit.
 */
export async function checkOut(url: string, commit: string, folder: string): Promise<void> {
  await git(["init", "--quiet", folder]);
  const fetch = ["-C", folder, "fetch", "--quiet"];
  // Most servers send a single commit; the others send everything.
  const fetched = await git([...fetch, "--depth", "1", url, commit]);
  const all = fetched.code === 0 ? fetched : await git([...fetch, url, "+refs/*:refs/remotes/*"]);
  if (all.code !== 0) throw unreadable(url, all.output);
  const { code } = await git(["-C", folder, "checkout", "--quiet", commit]);
  if (code !== 0)
    throw new UserError(`${url} has no commit ${commit}`, {
      fix: "Correct the reference of the connector's package.",
    });
}

interface GitResult {
  readonly code: number | null;
  readonly output: string;
}

function git(args: readonly string[]): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    // Questions for a password would wait forever.
    const env = {
      ...process.env,
      GIT_TERMINAL_PROMPT: "0",
      GIT_SSH_COMMAND: process.env["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes",
      LC_ALL: "C",
    };
    const child = spawn("git", args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", () =>
      reject(
        new UserError(
          "git is not installed, but the package of a connector is in a git repository",
          {
            fix: "Install git.",
            exitCode: 1,
          },
        ),
      ),
    );
    child.on("close", (code) => resolve({ code, output: withoutCredentials(output) }));
  });
}

function unreadable(url: string, output: string): UserError {
  const reason = /^(?:fatal|error|remote): (.*)$/m.exec(output)?.[1] ?? lastMeaningfulLine(output);
  return new UserError(`${url} cannot be read: ${reason}`, {
    fix: `Check the address and your access to it with: git ls-remote ${url}`,
    exitCode: 1,
  });
}

function noReference(url: string, ref: string, names: readonly string[]): UserError {
  const tags = names.filter((name) => /^refs\/tags\/[^^]+$/.test(name)).slice(-5);
  const heads = names.filter((name) => name.startsWith("refs/heads/")).slice(0, 5);
  const known = [...tags, ...heads].map((name) => name.replace(/^refs\/\w+\//, ""));
  return new UserError(`${url} has no tag or branch "${ref}"`, {
    fix:
      known.length === 0
        ? "Use a commit: the repository has no tags or branches."
        : `Use one that exists, such as: ${known.join(", ")}`,
  });
}
