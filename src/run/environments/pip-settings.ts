import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** pip's settings for package sources, by name. */
export type PipSettings = { readonly [name: string]: string };

/** pip's settings for package sources. */
const NAMES = [
  "index-url",
  "extra-index-url",
  "find-links",
  "no-index",
  "trusted-host",
  "cert",
  "proxy",
  "timeout",
  "default-timeout",
];

/**
 * Reads pip's settings as pip does: variables override files, later files override earlier ones.
 *
 * Read here instead of asking pip, because a Python without pip may have them as well.
 * @see https://pip.pypa.io/en/stable/topics/configuration/
 */
export function readPipSettings(env: NodeJS.ProcessEnv): PipSettings {
  const files = configFiles(env).filter((file) => existsSync(file));
  const fromFiles = files.map((file) => parsePipConfig(readFileSync(file, "utf8")));
  const fromEnv = NAMES.flatMap((name) => {
    const value = env[`PIP_${name.replaceAll("-", "_").toUpperCase()}`];
    return value ? [[name, value]] : [];
  });
  return Object.assign({}, ...fromFiles, Object.fromEntries(fromEnv)) as PipSettings;
}

/**
 * The settings in a pip configuration file: sections `global` and `install`. Values may continue on
 * indented lines.
 */
export function parsePipConfig(text: string): PipSettings {
  const sections: { [section: string]: { [name: string]: string } } = {};
  let section = "";
  let name = "";
  for (const line of text.split(/\r?\n/)) {
    const [, header] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    const [, key, value] = /^([^\s=:#;][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header.trim();
    else if (key !== undefined)
      (sections[section] ??= {})[(name = key.toLowerCase().replaceAll("_", "-"))] =
        value?.trim() ?? "";
    else if (/^\s+[^\s#;]/.test(line) && sections[section]?.[name] !== undefined)
      sections[section]![name] = `${sections[section]![name]} ${line.trim()}`.trim();
  }
  const all = { ...sections["global"], ...sections["install"] };
  return Object.fromEntries(
    Object.entries(all).filter(([key, value]) => NAMES.includes(key) && value !== ""),
  );
}

/**
 * Environment variables that give uv the settings of pip, which it does not read itself. Variables
 * of uv, or a uv configuration file with an index, take precedence.
 *
 * @param pip settings found by {@link readPipSettings}.
 * @param env existing variables.
 * @param uvConfigured whether a uv configuration file sets an index.
 * @param isFolder whether a folder exists: uv fails on a missing folder of packages, pip ignores
 *   it.
 */
export function uvVariables(
  pip: PipSettings,
  env: NodeJS.ProcessEnv,
  uvConfigured: boolean,
  isFolder: (path: string) => boolean,
): { readonly [name: string]: string } {
  const ownIndex =
    uvConfigured ||
    ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"].some(
      (name) => env[name],
    );
  const links = words(pip["find-links"]).filter((link) => link.includes("://") || isFolder(link));
  const wanted: { readonly [name: string]: string | undefined } = {
    UV_DEFAULT_INDEX: ownIndex ? undefined : pip["index-url"],
    UV_INDEX: ownIndex ? undefined : words(pip["extra-index-url"]).join(" "),
    // pip takes the best version of all indexes; uv by default only uses the first index that has
    // the package.
    UV_INDEX_STRATEGY: !ownIndex && pip["extra-index-url"] ? "unsafe-best-match" : undefined,
    UV_FIND_LINKS: links.join(","),
    UV_NO_INDEX: /^(1|true|yes|on)$/i.test(pip["no-index"] ?? "") ? "1" : undefined,
    UV_INSECURE_HOST: words(pip["trusted-host"]).join(" "),
    UV_HTTP_TIMEOUT: pip["timeout"] ?? pip["default-timeout"],
    SSL_CERT_FILE: pip["cert"],
    HTTPS_PROXY: env["https_proxy"] ? undefined : pip["proxy"],
    HTTP_PROXY: env["http_proxy"] ? undefined : pip["proxy"],
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      (entry): entry is [string, string] => Boolean(entry[1]) && !env[entry[0]],
    ),
  );
}

/** Whether a uv configuration file of the user or the machine sets an index. */
export function uvNamesIndex(env: NodeJS.ProcessEnv): boolean {
  const user = join(
    env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"),
    "uv",
    "uv.toml",
  );
  const files = [env["UV_CONFIG_FILE"] ?? user, "/etc/uv/uv.toml"];
  return files.some(
    (file) =>
      existsSync(file) &&
      /^\s*(\[\[index\]\]|index-url|extra-index-url|index\s*=)/m.test(readFileSync(file, "utf8")),
  );
}

/** Removes users and passwords from URLs in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^\s/@]+@/g, "://***@");
}

function configFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const home = env["HOME"] || homedir();
  if (env["PIP_CONFIG_FILE"] === "/dev/null") return [];
  return [
    ...(env["XDG_CONFIG_DIRS"] || "/etc/xdg")
      .split(":")
      .map((folder) => join(folder, "pip", "pip.conf")),
    "/etc/pip.conf",
    "/Library/Application Support/pip/pip.conf",
    join(home, ".pip", "pip.conf"),
    join(home, "Library", "Application Support", "pip", "pip.conf"),
    join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "pip", "pip.conf"),
    ...(env["PIP_CONFIG_FILE"] ? [env["PIP_CONFIG_FILE"]] : []),
  ];
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
