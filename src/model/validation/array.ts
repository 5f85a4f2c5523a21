import { isFields, quote, type Fields } from "./checks";
import { secretVariable, secretsIn, sourceOf } from "./secrets";

/** Conflicts between the entries of an array: one list of problems per entry. */
export function problemsBetween(entries: readonly unknown[]): readonly (readonly string[])[] {
  const all = entries.map((entry) => (isFields(entry) ? entry : {}));
  const nameCounts = countTexts(all.map((entry) => entry["name"]));
  const formerCounts = countTexts(all.map((entry) => entry["formerName"]));
  const secretsByVariable = groupByVariable(
    all.flatMap((entry) => secretsIn(entry).map((use) => use.name)),
  );
  const externalSources = externalSourcesOf(all);
  return all.map((entry) => [
    ...sharedName(entry, nameCounts),
    ...claimedFormerName(entry, nameCounts, formerCounts),
    ...sharedVariables(entry, secretsByVariable),
    ...sharedExternalSecrets(entry, externalSources),
  ]);
}

function sharedName({ name }: Fields, nameCounts: ReadonlyMap<string, number>): readonly string[] {
  return typeof name === "string" && (nameCounts.get(name) ?? 0) > 1
    ? [`name ${quote(name)}: is used by another entry`]
    : [];
}

function claimedFormerName(
  { name, formerName }: Fields,
  nameCounts: ReadonlyMap<string, number>,
  formerCounts: ReadonlyMap<string, number>,
): readonly string[] {
  if (typeof formerName !== "string") return [];
  const at = `formerName ${quote(formerName)}`;
  return [
    ...(nameCounts.has(formerName) && formerName !== name
      ? [`${at}: is the current name of another entry, which owns that state`]
      : []),
    ...((formerCounts.get(formerName) ?? 0) > 1
      ? [`${at}: is also the formerName of another entry`]
      : []),
  ];
}

/** The sources in External Secrets Operator by name of the secret. */
function externalSourcesOf(all: readonly Fields[]): ReadonlyMap<string, ReadonlySet<string>> {
  const sources = new Map<string, Set<string>>();
  for (const { name, reference } of all.flatMap((entry) => secretsIn(entry)))
    if (reference.externalSecret)
      sources.set(name, (sources.get(name) ?? new Set()).add(sourceOf(reference)));
  return sources;
}

/** A secret for which the stack would have to declare two ExternalSecrets. */
function sharedExternalSecrets(
  entry: Fields,
  sources: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const uses = secretsIn(entry).filter(({ reference }) => reference.externalSecret);
  const names = [...new Set(uses.map(({ name }) => name))];
  return names
    .filter((name) => (sources.get(name)?.size ?? 0) > 1)
    .map((name) => `secret ${quote(name)}: has another externalSecret in another entry`);
}

/** Two secrets that a local run would read from the same environment variable. */
function sharedVariables(
  entry: Fields,
  secretsByVariable: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  return [...new Set(secretsIn(entry).map((use) => secretVariable(use.name)))].flatMap(
    (variable) => {
      const names = [...(secretsByVariable.get(variable) ?? [])].sort();
      return names.length < 2
        ? []
        : [
            `secrets ${names.map(quote).join(" and ")}: are all read from the environment variable ${variable}`,
          ];
    },
  );
}

function countTexts(values: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values)
    if (typeof value === "string") counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function groupByVariable(names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const name of names)
    groups.set(secretVariable(name), (groups.get(secretVariable(name)) ?? new Set()).add(name));
  return groups;
}
