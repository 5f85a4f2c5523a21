import { lockedSource, type LocalPackage } from "../../../connectors/dependency-lock";
import { UserError } from "../../common/errors";
import type { InstalledSource } from "../../model/connector-source";
import { isCommit, parseAddress, type GitAddress } from "../../model/package-address";

/** Where the build of an image gets a package that is not on an index. */
export type PackageFrom =
  | {
      readonly kind: "git";
      /** Host of the repository, with its port if the URL has one. */
      readonly host: string;
      /** Whether it is reached by SSH. */
      readonly ssh: boolean;
    }
  | {
      readonly kind: "local";
      /** Path below the project's folder: a wheel, or a folder. */
      readonly place: string;
      /** Hash of its content. */
      readonly content: string;
    };

/** What an image needs for a package that is not on an index. */
export interface PackageOrigin {
  /** Build arguments of images/singer/Dockerfile. */
  readonly args: { readonly [name: string]: string };
  /** Default: pip downloads it, as it does from an index. */
  readonly from?: PackageFrom;
}

/** Folder of the package during the build. */
const FOLDER = "/opt/package";

/**
 * Where the image of a connector gets its package; undefined for one on an index.
 *
 * @param lock text of the connector's lock file; undefined if it has none.
 * @throws UserError for a git reference without a commit, or a repository that only this machine has.
 */
export function packageOrigin(
  name: string,
  source: InstalledSource,
  lock: string | undefined,
  local: LocalPackage | undefined,
): PackageOrigin | undefined {
  const address = "bulk" in source ? undefined : parseAddress(source.package);
  if (address === undefined) return undefined;
  const locked = lock === undefined ? undefined : lockedSource(lock);
  if (address.kind === "git")
    return fromGit(name, address, locked && "commit" in locked ? locked.commit : undefined);
  if (local === undefined)
    return {
      args: {
        PACKAGE_PLACE:
          locked && "sha256" in locked ? `${address.place}#sha256=${locked.sha256}` : address.place,
      },
    };
  const file = address.kind === "wheel" ? `/${address.place.split("/").at(-1)}` : "";
  return {
    args: { PACKAGE_FROM: "local", PACKAGE_PLACE: `${FOLDER}${file}` },
    from: { kind: "local", place: address.place, content: local.content },
  };
}

function fromGit(
  name: string,
  { url, ref, subdirectory }: GitAddress,
  locked: string | undefined,
): PackageOrigin {
  const commit = locked ?? (isCommit(ref) ? ref : undefined);
  if (commit === undefined)
    throw new UserError(
      `connector "${name}": an image needs the commit of ${ref}, and the connector has no lock file`,
      { fix: `Write it with: npx tapctl lock ${name}` },
    );
  const { protocol, host } = new URL(url);
  if (protocol === "file:")
    throw new UserError(`connector "${name}": an image cannot be built from ${url}`, {
      fix: "Use the address of the repository on a server.",
    });
  // BuildKit recognizes repositories by this suffix, which git servers accept.
  const repository = url.endsWith(".git") ? url : `${url}.git`;
  return {
    args: {
      PACKAGE_FROM: "git",
      GIT_URL: `${repository}#${commit}`,
      PACKAGE_PLACE: subdirectory === undefined ? FOLDER : `${FOLDER}/${subdirectory}`,
    },
    from: { kind: "git", host, ssh: protocol === "ssh:" },
  };
}
