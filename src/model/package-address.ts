/**
 * A package that is not on a package index, as pip and uv write it: a git repository with a tag,
 * branch or commit, a wheel, or a folder of the project.
 *
 * @example `"git+https://github.com/acme/tap-erp@v1.9.0"`, `"git+ssh://git@github.com/acme/tap-erp@main"`,
 *   `"./wheels/tap_erp-1.9.0-py3-none-any.whl"`, `"https://example.com/tap_erp-1.9.0-py3-none-any.whl"`, `"./taps/tap-erp"`
 */
export type PackageAddress =
  | `git+${"https" | "http" | "ssh" | "file"}://${string}`
  | `http${"s" | ""}://${string}`
  | `./${string}`;

/** A git repository at a reference. */
export interface GitAddress {
  readonly kind: "git";
  /** URL without `git+`, reference and fragment. */
  readonly url: string;
  /** Tag, branch or commit. */
  readonly ref: string;
  /** Folder of the package in the repository. Default: its root. */
  readonly subdirectory?: string;
}

/** A wheel, at a URL or below the project's folder. */
export interface WheelAddress {
  readonly kind: "wheel";
  /** URL, or path that starts with `./`. */
  readonly place: string;
  /** Whether `place` is a path. */
  readonly local: boolean;
  readonly version: string;
}

/** A folder of the project with the code of a package. */
export interface FolderAddress {
  readonly kind: "folder";
  /** Path that starts with `./`. */
  readonly place: string;
}

/** A parsed {@link PackageAddress}. */
export type ParsedAddress = GitAddress | WheelAddress | FolderAddress;

/** Whether a package is an address, and not a name on a package index. */
export function isAddress(text: string): text is PackageAddress {
  return /^(git\+|https?:\/\/|\.\/)/.test(text);
}

/** The address in a package; undefined for a name on an index. @throws Error if it has a problem. */
export function parseAddress(text: string): ParsedAddress | undefined {
  if (!isAddress(text)) return undefined;
  if (text.startsWith("git+")) return parseGit(text.slice("git+".length));
  if (wheelVersion(text) !== undefined)
    return {
      kind: "wheel",
      place: text,
      local: text.startsWith("./"),
      version: wheelVersion(text)!,
    };
  return { kind: "folder", place: text.replace(/\/+$/, "") };
}

/** What is wrong with an address; undefined if nothing is. */
export function addressProblem(text: string): string | undefined {
  if (/^(\.\.|\/|~|file:)/.test(text))
    return `must be below the project's folder, as "./…", so that images can be built from it`;
  if (!isAddress(text)) return undefined;
  if (/\s/.test(text)) return "must not contain spaces";
  if (/^[^/]+:\/\/[^/@]*:[^/@]*@/.test(text))
    return `must not contain a password; for images, name a secret in tapctl:images.git.tokens`;
  if (text.startsWith("git+")) return gitProblem(text);
  if (text.startsWith("./")) return pathProblem(text);
  return wheelVersion(text) === undefined
    ? `must be the URL of a wheel (.whl); a repository starts with "git+", such as git+https://github.com/acme/tap-erp@v1.9.0`
    : undefined;
}

/** Short name of an address for messages, such as `github.com/acme/tap-erp`. */
export function addressName(address: ParsedAddress): string {
  if (address.kind === "git")
    return address.url.replace(/^\w+:\/\/(?:[^/@]*@)?/, "").replace(/\.git$/, "");
  return address.kind === "wheel"
    ? (address.place.split("/").at(-1) ?? address.place)
    : address.place;
}

/** Version of an address: the git reference, that of a wheel, or `local` for a folder. */
export function addressVersion(address: ParsedAddress): string {
  if (address.kind === "git") return isCommit(address.ref) ? address.ref.slice(0, 12) : address.ref;
  return address.kind === "wheel" ? address.version : "local";
}

/** Whether a git reference is a complete commit, which never changes. */
export function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

function parseGit(text: string): GitAddress {
  const [address = "", fragment = ""] = text.split("#");
  const [, url = address, ref = ""] = /^(\w+:\/\/.*\/.*)@([^@]*)$/.exec(address) ?? [];
  const subdirectory = /(?:^|&)subdirectory=([^&]+)/.exec(fragment)?.[1];
  return { kind: "git", url, ref, ...(subdirectory !== undefined && { subdirectory }) };
}

function gitProblem(text: string): string | undefined {
  if (!/^git\+(https?|ssh|file):\/\//.test(text))
    return `must start with git+https://, git+ssh:// or git+file://; git@host:path is written git+ssh://git@host/path`;
  const { ref, subdirectory = "" } = parseGit(text.slice("git+".length));
  if (ref === "")
    return `names no tag, branch or commit: add it at the end, such as ${text.replace(/[@#].*$/, "")}@v1.0.0`;
  if (!/^[\w][\w./+-]*$/.test(ref) || ref.includes(".."))
    return `has an invalid git reference ${JSON.stringify(ref)}`;
  return subdirectory.split("/").includes("..")
    ? "has a subdirectory outside of the repository"
    : undefined;
}

function pathProblem(text: string): string | undefined {
  if (text.split("/").includes(".."))
    return "must be below the project's folder, so that images can be built from it";
  if (/^\.\/+$/.test(text)) return "must be a folder below the project's folder, not the project";
  return undefined;
}

/** Version in the name of a wheel: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
function wheelVersion(text: string): string | undefined {
  return /(?:^|\/)[\w.]+-([\w.!+]+)(?:-\d\w*)?-[\w.]+-[\w.]+-[\w.]+\.whl$/.exec(text)?.[1];
}
