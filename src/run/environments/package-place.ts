import { join } from "node:path";
import { lockedSource } from "../../../connectors/dependency-lock";
import { copySource } from "../../common/source-files";
import { parseAddress } from "../../model/package-address";
import type { EnvironmentContent } from "./environment-key";

/**
 * What uv and pip install for a package that is not on an index; undefined for one that is. A local
 * package is copied first, because a build writes into its folder.
 *
 * @param project folder of the project.
 * @param folder folder that the copy is created in.
 */
export function packagePlace(
  { source, lock }: Pick<EnvironmentContent, "source" | "lock">,
  project: string,
  folder: string,
): string | undefined {
  const address = "bulk" in source ? undefined : parseAddress(source.package);
  if (address === undefined) return undefined;
  const locked = lock === undefined ? undefined : lockedSource(lock);
  if (address.kind === "git") {
    const { url, ref, subdirectory } = address;
    const reference = locked !== undefined && "commit" in locked ? locked.commit : ref;
    return `git+${url}@${reference}${subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`}`;
  }
  if (address.kind === "wheel" && !address.local)
    return locked !== undefined && "sha256" in locked
      ? `${address.place}#sha256=${locked.sha256}`
      : address.place;
  const copy = join(folder, "package");
  copySource(project, address.place, copy);
  return address.kind === "wheel" ? join(copy, address.place.split("/").at(-1) ?? "") : copy;
}
