/** One package of a `pip_url`. */
export type Requirement =
  | {
      readonly kind: "index";
      /** Name with extras, e.g. `target-s3[avro]`. */
      readonly name: string;
      /** Version specifier, e.g. `==1.2.0` or `~=0.6`; empty for any. */
      readonly versions: string;
    }
  | {
      readonly kind: "elsewhere";
      /** Source, e.g. `git+https://…@v1.2.0`, a URL or a folder. */
      readonly from: string;
      /** Probable name of its package. */
      readonly name: string;
      /** Version in the reference, if any. */
      readonly version?: string;
    };

/** The parsed `pip_url`. */
export interface Requirements {
  /** The packages; the first one is the plugin's. */
  readonly packages: readonly Requirement[];
  /** Options for pip, e.g. `--extra-index-url https://…`, without users and passwords. */
  readonly options: readonly string[];
}

const OPTIONS_WITH_VALUE = new Set([
  "-c",
  "--constraint",
  "-r",
  "--requirement",
  "-i",
  "--index-url",
  "--extra-index-url",
  "-f",
  "--find-links",
  "--trusted-host",
]);

/**
 * Parses the `pip_url` of a plugin, which is passed to `pip install`.
 *
 * @example `parseRequirements("tap-x~=1.2 setuptools<81")`
 */
export function parseRequirements(pipUrl: string): Requirements {
  const words = joined(
    pipUrl
      .trim()
      .split(/\s+/)
      .filter((word) => word !== ""),
  );
  const packages: Requirement[] = [];
  const options: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? "").replace(/^["']|["']$/g, "");
    const next = words[index + 1] ?? "";
    if (word === "-e" || word === "--editable") packages.push(requirementOf(words[++index] ?? "."));
    else if (OPTIONS_WITH_VALUE.has(word))
      options.push(`${word} ${withoutUser(words[++index] ?? "")}`.trim());
    else if (word.startsWith("-")) options.push(withoutUser(word));
    else if (next === "@")
      packages.push({ ...requirementOf(words[(index += 2)] ?? ""), name: word });
    else packages.push(requirementOf(word));
  }
  return { packages, options };
}

/** The exact version of a specifier, e.g. `1.2.0` for `==1.2.0`; undefined for a range. */
export function exactVersion(versions: string): string | undefined {
  return /^={2,3}([0-9][^,*\s]*)$/.exec(versions)?.[1];
}

/** The lowest version of a range, e.g. `0.6` for `~=0.6`; undefined if it has none. */
export function lowestVersion(versions: string): string | undefined {
  return /(?:~=|>=|==)\s*([0-9][0-9A-Za-z.]*?)(?:\.\*)?(?:,|$)/.exec(versions)?.[1];
}

/** Joins requirements with spaces: `tap-x >= 1.0` is one requirement in three words. */
function joined(words: readonly string[]): readonly string[] {
  return words.reduce<readonly string[]>((before, word) => {
    const last = before[before.length - 1];
    const continues =
      last !== undefined &&
      (/^[<>=!~]/.test(word) || (/[<>=~,]$/.test(last) && !last.startsWith("-")));
    return continues ? [...before.slice(0, -1), `${last}${word}`] : [...before, word];
  }, []);
}

function requirementOf(word: string): Requirement {
  const text = word.replace(/^["']|["']$/g, "");
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]+\])?)((?:[<>=!~].*)?)$/.exec(text);
  if (match && !/\.(?:whl|gz|zip)$/.test(text))
    return { kind: "index", name: match[1] ?? "", versions: match[2] ?? "" };
  const [address = "", fragment] = withoutUser(text).split("#");
  const egg = /egg=([\w.-]+)/.exec(fragment ?? "")?.[1];
  const reference = /(?<!\/)@([^/@]+)$/.exec(address)?.[1];
  const path = address.replace(/@[^/@]+$/, "").replace(/\/+$/, "");
  const version = /^v?(\d+\.\d+[0-9A-Za-z.]*)$/.exec(reference ?? "")?.[1];
  return {
    kind: "elsewhere",
    from: withoutUser(text),
    name:
      egg ??
      path
        .split(/[/:]/)
        .pop()
        ?.replace(/\.git$/, "") ??
      "",
    ...(version !== undefined && { version }),
  };
}

/** Removes passwords from URLs, and users, which may be tokens; the users of SSH are none. */
function withoutUser(text: string): string {
  return text.replace(/(ssh)?:\/\/([^/@\s:]*)(?::[^/@\s]*)?@/, (_, ssh?: string, user?: string) =>
    ssh === undefined ? "://" : `ssh://${user}@`,
  );
}

/** A package's name as indexes compare it, without extras. */
export function normalName(name: string): string {
  return name
    .replace(/\[.*$/, "")
    .toLowerCase()
    .replace(/[._-]+/g, "-");
}
