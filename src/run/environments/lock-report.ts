/** A package whose locked version changed. */
export interface VersionChange {
  readonly package: string;
  /** Default: it was not locked. */
  readonly from?: string;
  /** Default: it is no longer locked. */
  readonly to?: string;
}

/** How the lock file of a connector changed. */
export interface LockChange {
  readonly connector: string;
  /** Text of the file before; undefined if there was none. */
  readonly before: string | undefined;
  readonly after: string;
}

/** The packages whose versions differ between two lock files, by name. */
export function changedVersions({ before = "", after }: LockChange): readonly VersionChange[] {
  const [old, now] = [versionsIn(before), versionsIn(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name) => {
    const [from, to] = [old.get(name), now.get(name)];
    return from === to
      ? []
      : [{ package: name, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** The changes of lock files as Markdown, for the description of a pull request. */
export function lockReport(changes: readonly LockChange[]): string {
  const changed = changes.filter(({ before, after }) => before !== after);
  if (changed.length === 0) return "No lock file changed.\n";
  const rows = changed.flatMap((change) => {
    const versions = changedVersions(change);
    return versions.length === 0
      ? [`| \`${change.connector}\` | only hashes or conditions | | |`]
      : versions.map(
          (version, index) =>
            `| ${index === 0 ? `\`${change.connector}\`` : ""} | \`${version.package}\` | ${version.from ?? "new"} | ${version.to ?? "removed"} |`,
        );
  });
  return `${["| Connector | Package | From | To |", "|---|---|---|---|", ...rows].join("\n")}\n`;
}

/** The locked versions by name of the package; several for different Pythons are one text. */
function versionsIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const [, name, version] of text.matchAll(
    /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)/gm,
  )) {
    if (name === undefined || version === undefined) continue;
    found.set(name, (found.get(name) ?? new Set()).add(version));
  }
  return new Map([...found].map(([name, versions]) => [name, [...versions].join(", ")]));
}
