import type { JsonObject } from "../model/connector-settings";
import { addressProblem, isAddress, parseAddress } from "../model/package-address";
import type { ResolvedPlugin } from "./plugins";
import type { InstalledPackage } from "./project";
import { exactVersion, lowestVersion, normalName, type Requirement } from "./requirements";

const INDEX_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])?$/;

/**
 * Arguments of `tap` or `target` that say where a plugin's package comes from.
 *
 * @param requirements the packages of its `pip_url`; the first one is the plugin's.
 * @param installed packages in the plugin's environment, if the project is installed.
 */
export function packageSource(
  plugin: ResolvedPlugin,
  name: string,
  [first, ...more]: readonly Requirement[],
  installed: readonly InstalledPackage[],
  note: (text: string) => void,
): JsonObject {
  const packageName = first?.name || name;
  const extraPackages = more.flatMap((one) =>
    one.kind === "index" ? [`${one.name}${one.versions}`] : [],
  );
  for (const one of more)
    if (one.kind === "elsewhere")
      note(`pip_url: ${one.from} is not converted; additional packages must be on an index`);
  if (plugin.executable?.includes("/"))
    note(
      `executable ${plugin.executable} is a file of the project; only commands installed by the package are supported`,
    );
  const executable = plugin.executable?.includes("/")
    ? undefined
    : (plugin.executable ?? (safeName(name) === name ? undefined : name));
  const found = installed.find((one) => normalName(one.package) === normalName(packageName));
  const address =
    first?.kind === "elsewhere"
      ? addressOf(first.from, safeName(name), found?.commit, note)
      : undefined;
  if (address !== undefined && /(?<!ssh):\/\/[^/@\s]+@/.test(plugin.pipUrl ?? ""))
    note(
      "pip_url: has credentials, which were not copied: git's credential helper provides them locally, and tapctl:images.git.tokens for images",
    );
  return {
    ...(address === undefined
      ? {
          package: INDEX_NAME.test(packageName) ? packageName : safeName(name),
          version: versionOf(first, found?.version, note),
        }
      : { package: address }),
    ...(executable !== undefined && executable !== safeName(name) && { executable }),
    ...(extraPackages.length > 0 && { extraPackages }),
  };
}

/** A name that connectors may have. */
export function safeName(name: string): string {
  return (
    name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") ||
    "connector"
  );
}

/** The address of a package that is not on an index; undefined if it cannot be installed from there. */
function addressOf(
  from: string,
  name: string,
  commit: string | undefined,
  note: (text: string) => void,
): string | undefined {
  const [place = ""] = from.split("#");
  if (!/^[\w+]+:/.test(place)) {
    note(
      `pip_url: ${place} is a folder of the Meltano project: copy it to ./${name}, or set package to its path below this project`,
    );
    return `./${name}`;
  }
  const parsed = isAddress(from) ? parseAddress(from) : undefined;
  if (parsed?.kind === "wheel") return place;
  if (parsed?.kind !== "git") return undefined;
  const folder = parsed.subdirectory === undefined ? "" : `#subdirectory=${parsed.subdirectory}`;
  const address = `git+${parsed.url}@${parsed.ref || commit || "HEAD"}${folder}`;
  if (addressProblem(address) !== undefined) return undefined;
  if (parsed.ref === "")
    note(
      commit === undefined
        ? "pip_url: names no tag, branch or commit, so package takes the newest commit (HEAD); replace it with a tag"
        : "pip_url: names no tag, branch or commit; package has the commit that is installed",
    );
  return address;
}

/**
 * Returns an exact version, which is required; `0` if unknown, so that nothing is installed by
 * mistake.
 */
function versionOf(
  first: Requirement | undefined,
  installed: string | undefined,
  note: (text: string) => void,
): string {
  if (first?.kind === "elsewhere") {
    const found = first.version ?? installed;
    note(
      `pip_url: ${first.from} is not converted; set package to a git address or a wheel, and leave out version${found === undefined ? "; replace the placeholder version 0" : ""}`,
    );
    return found ?? "0";
  }
  const exact = first && exactVersion(first.versions);
  if (exact !== undefined) return exact;
  if (installed !== undefined) return installed;
  const lowest = first && lowestVersion(first.versions);
  note(
    `pip_url has no exact version${lowest === undefined ? ": replace the placeholder version 0" : `: ${lowest} is the lowest of ${first?.versions ?? ""}`}; \`pip list\` in the environment of \`meltano invoke\` shows the installed one`,
  );
  return lowest ?? "0";
}
