/** One package of a `pip_url`. */
export type Requirement =
  | {
      readonly kind: "index";
      /** Name with extras, such as `target-s3[avro]`. */
      readonly name: string;
      /** What versions are taken, such as `==1.2.0` or `~=0.6`; empty for any. */
      readonly versions: string;
    }
  | {
      readonly kind: "elsewhere";
      /** Where it comes from, such as `git+https://…@v1.2.0`, an address or a folder. */
      readonly from: string;
      /** Name that its package most likely has. */
      readonly name: string;
      /** Version that the reference names, where it does. */
      readonly version?: string;
    };

/** What a `pip_url` says. */
export interface Requirements {
  /** The packages; the first one is the plugin's. */
  readonly packages: readonly Requirement[];
  /** Options for pip, such as `--extra-index-url https://…`, users and passwords left out. */
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
 * Reads the `pip_url` of a plugin, which is what `pip install` is given.
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

/** The one version that is taken, such as `1.2.0` of `==1.2.0`; undefined for a range. */
export function exactVersion(versions: string): string | undefined {
  return /^={2,3}([0-9][^,*\s]*)$/.exec(versions)?.[1];
}

/** The lowest version of a range, such as `0.6` of `~=0.6`; undefined where it has none. */
export function lowestVersion(versions: string): string | undefined {
  return /(?:~=|>=|==)\s*([0-9][0-9A-Za-z.]*?)(?:\.\*)?(?:,|$)/.exec(versions)?.[1];
}

/** `tap-x >= 1.0` is one requirement in three words. */
function joined(words: readonly string[]): readonly string[] {
  return words.reduce<readonly string[]>((before, word) => {
    const last = before[before.length - 1];
    const goesOn =
      last !== undefined &&
      (/^[<>=!~]/.test(word) || (/[<>=~,]$/.test(last) && !last.startsWith("-")));
    return goesOn ? [...before.slice(0, -1), `${last}${word}`] : [...before, word];
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

/** Addresses of private packages carry tokens. */
function withoutUser(text: string): string {
  return text.replace(/:\/\/[^/@\s]*@/, "://");
}
