import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What pip is told about where packages come from, by its own names. */
export type PipSettings = { readonly [name: string]: string };

/** pip's settings that say where packages come from. */
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
 * Reads pip's settings as pip does: variables win over files, later files over earlier ones.
 *
 * Read here and not asked of pip, because a Python without pip may have them too.
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

/** The settings in a file of pip's: its sections `global` and `install`. Values may go on in indented lines. */
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
 * The variables that tell uv what pip is told, because uv reads none of pip's settings. A variable of uv's own, or a
 * configuration file of uv's that names an index, is left alone.
 *
 * @param pip what {@link readPipSettings} found.
 * @param env variables that are set already.
 * @param uvConfigured whether a configuration file of uv's names an index.
 * @param isFolder whether a path is there: uv refuses a missing folder of packages, pip goes on without it.
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
    // pip takes the best version of all indexes; uv by itself only looks at the first index that knows the package.
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

/** Whether a configuration file of uv's, of the user or the machine, names an index. */
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

/** Text without the user and password in its addresses. */
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
