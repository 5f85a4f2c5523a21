import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../common/errors";
import type { ConnectorKind } from "../model/connector";
import type { PackageSource } from "../model/connector-source";
import type { JsonObject } from "../model/connector-settings";
import { parseAddress } from "../model/package-address";
import { checkOut } from "../run/environments/git";
import { lockedSource, relabelLock } from "../../connectors/dependency-lock";
import { readAbout, type About } from "./about";
import { inspectPackage, type PackageFacts } from "./inspect-package";
import type { InstalledPackage } from "./install-package";
import { propertiesOf, schemaOfSample } from "./settings-schema";

/** The detected facts of a connector. */
export interface LearnedConnector {
  readonly name: string;
  readonly kind: ConnectorKind;
  readonly source: PackageSource;
  readonly lock: string;
  readonly facts: PackageFacts;
  readonly about: About;
  /** JSON Schema of its settings; undefined if it is unknown. */
  readonly schema?: JsonObject;
  /** What could not be detected, one line each. */
  readonly unknown: readonly string[];
}

/** Options of {@link learnConnector}. */
export interface LearnOptions {
  readonly installed: InstalledPackage;
  /** Name that the user gave. Default: that of its command. */
  readonly name?: string | undefined;
  readonly project: string;
  /** Folder for a checkout. */
  readonly folder: string;
}

/** Oldest and newest Python that connectors run on by default. */
const PYTHONS = [10, 11, 12, 13];

/**
 * Detects the command, flags, settings and metadata of an installed package.
 *
 * @throws UserError if it is not a Singer connector, or does not start.
 */
export async function learnConnector(options: LearnOptions): Promise<LearnedConnector> {
  const { installed, project, folder } = options;
  const address = parseAddress(installed.source.package);
  const wanted = address === undefined ? installed.source.package : "";
  const code = await codeFolder(installed, project, folder);
  const first = await inspectPackage({ python: installed.python, name: wanted, code });
  const executable = commandOf(first, options.name, installed);
  const about = await readAbout(join(dirname(installed.python), executable));
  const needsSample = about.settings === undefined && first.sample === undefined;
  const facts =
    needsSample && address === undefined
      ? await inspectPackage({
          python: installed.python,
          name: wanted,
          index: await installed.findIndex(),
        })
      : first;
  const name = options.name ?? executable;
  const kind = kindOf(name, executable, about);
  const schema = about.settings ?? schemaOfSample(facts);
  const source: PackageSource = {
    ...installed.source,
    ...(executable !== name && { executable }),
    ...pythonOf(installed.source, facts.requiresPython),
  };
  return {
    name,
    kind,
    source,
    // It was written before the Pythons of the package were known.
    lock: relabelLock(installed.lock, source),
    facts,
    about,
    ...(schema && { schema }),
    unknown: [...about.problems, ...unknownSettings(about, facts, schema)],
  };
}

/** The folder with the code of a package that is not on an index. */
async function codeFolder(
  { source, lock }: InstalledPackage,
  project: string,
  folder: string,
): Promise<string | undefined> {
  const address = parseAddress(source.package);
  if (address?.kind === "folder") return join(project, address.place);
  const locked = lockedSource(lock);
  if (address?.kind !== "git" || locked === undefined || !("commit" in locked)) return undefined;
  const code = join(folder, "repository");
  if (!existsSync(code)) await checkOut(address.url, locked.commit, code);
  return join(code, address.subdirectory ?? ".");
}

/** The command of a connector among those that its package installs. */
function commandOf(
  { name, version, commands }: PackageFacts,
  wanted: string | undefined,
  { source }: InstalledPackage,
): string {
  const singer = commands.filter((command) => /^(tap|target)-/.test(command));
  const exact = [source.executable, wanted, name].find(
    (one) => one !== undefined && commands.includes(one),
  );
  const [only] = singer;
  if (exact !== undefined && (exact === source.executable || /^(tap|target)/.test(exact)))
    return exact;
  if (only === undefined)
    throw new UserError(
      `${name} ${version} is not a Singer connector: it installs ${commands.length === 0 ? "no command" : `only ${commands.join(", ")}`}`,
      { fix: "Name the package of a tap or target, whose command starts with tap- or target-." },
    );
  if (singer.length > 1)
    throw new UserError(`${name} ${version} installs several connectors: ${singer.join(", ")}`, {
      fix: `Choose one with --name, such as --name ${only}`,
    });
  return only;
}

function kindOf(name: string, executable: string, { flags }: About): ConnectorKind {
  for (const text of [executable, name]) {
    if (/^tap\b|-tap-/.test(text)) return "tap";
    if (/^target\b|-target-/.test(text)) return "target";
  }
  return flags.includes("--discover") || flags.includes("--catalog") ? "tap" : "target";
}

/** The range of Pythons that the metadata names, if it is narrower than the default. */
function pythonOf(
  source: PackageSource,
  requires: string,
): Pick<PackageSource, "python"> | undefined {
  if (source.python !== undefined) return undefined;
  const bounds = [...requires.matchAll(/(>=|<=|<|>|~=|==)\s*3\.(\d+)(\.\d+|\.\*)?/g)];
  const fits = (minor: number) =>
    bounds.every(([, operator, bound, patch]) => {
      const limit = Number(bound);
      if (operator === ">=") return minor >= limit;
      if (operator === "<")
        return minor < limit || (minor === limit && patch !== undefined && patch !== ".0");
      if (operator === "<=") return minor <= limit;
      if (operator === ">") return minor > limit || (minor === limit && patch !== undefined);
      return operator === "==" ? minor === limit : minor >= limit;
    });
  const range = PYTHONS.filter(fits);
  const [min, max] = [range[0], range.at(-1)];
  if (min === undefined || max === undefined || range.length === PYTHONS.length) return undefined;
  return {
    python: {
      ...(min !== PYTHONS[0] && { min: `3.${min}` as const }),
      ...(max !== PYTHONS.at(-1) && { max: `3.${max}` as const }),
    },
  };
}

function unknownSettings(
  about: About,
  facts: PackageFacts,
  schema: JsonObject | undefined,
): readonly string[] {
  if (about.settings !== undefined) return [];
  const { sample, requiredKeys } = facts;
  if (schema === undefined)
    return [
      "settings: it has no --about, no sample config and no list of required settings; any setting is accepted unchecked",
    ];
  const place = sample === undefined ? "the list of required settings in its code" : sample.from;
  const untyped = Object.keys(propertiesOf(schema)).filter(
    (name) => sample === undefined || !(name in sample.config),
  );
  return [
    `settings: their names and types come from ${place}, because it has no --about; other settings are accepted unchecked`,
    ...(requiredKeys.length === 0 ? ["required settings: none are listed in its code"] : []),
    ...(untyped.length === 0 ? [] : [`types of settings: ${untyped.join(", ")}`]),
    "descriptions and defaults of settings",
  ];
}
