/** How adding a connector went. */
export interface Outcome {
  /** Name on the package index, or a repository with a tag or commit. */
  readonly package: string;
  /** Duration of `tapctl add`. */
  readonly seconds: number;
  /** Error of `tapctl add`. */
  readonly error?: string;
  /** What `tapctl add --json` printed. */
  readonly result?: {
    readonly name: string;
    readonly kind: "tap" | "target";
    readonly packageVersion: string;
    readonly settings: readonly string[];
    readonly required: readonly string[];
    readonly unknown: readonly string[];
  };
  /** The compiler's first error; empty if there is none. */
  readonly compiled?: string;
  /** Error of a run; empty if it succeeded. Default: it was not run. */
  readonly ran?: string;
}

/** A row of the page's table. */
export interface Row {
  readonly package: string;
  readonly text: string;
}

/** The row of a connector. */
export function rowOf(outcome: Outcome): Row {
  const { result, error, compiled, ran } = outcome;
  const cells = [
    `\`${outcome.package}\``,
    result?.packageVersion ?? "",
    result === undefined ? "" : isSdk(outcome) ? "SDK" : "older",
    result === undefined ? "" : `${result.settings.length} (${result.required.length})`,
    error === undefined ? "yes" : `no: ${escape(error)}`,
    compiled === undefined ? "" : compiled === "" ? "yes" : `no: ${escape(compiled)}`,
    ran === undefined ? "" : ran === "" ? "yes" : `no: ${escape(ran)}`,
    outcome.seconds.toFixed(1),
  ];
  return { package: outcome.package, text: `| ${cells.join(" | ")} |` };
}

/** The rows of a page that was written before. */
export function rowsOf(page: string): readonly Row[] {
  return page.split("\n").flatMap((text) => {
    const name = /^\| `([^`]+)` \|/.exec(text)?.[1];
    return name === undefined ? [] : [{ package: name, text }];
  });
}

/** The page with the table of all connectors. */
export function addedPage(rows: readonly Row[]): string {
  const added = rows.filter(({ text }) => !/^(?:\|[^|]*){4}\| no: /.test(text));
  const count = (pattern: RegExp) => added.filter(({ text }) => pattern.test(text)).length;
  return `# Added connectors

\`npm run verify:add\` adds each of these connectors to a new project with \`tapctl add\`, type-checks a pipeline with it,
and runs it if it needs no account. With names, it updates only their rows. ${added.length} of ${rows.length} were added: ${count(/\| SDK \|/)} that
are built with the Singer SDK and ${count(/\| older \|/)} older ones, ${count(/^\| `[\w.-]+\//)} of them from git. A name with a slash is a repository on
GitHub, added with \`--from git+https://github.com/NAME\`.

To use a mirror of the repositories, configure git to rewrite their URLs:

\`\`\`sh
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.https://git.example.com/.insteadOf GIT_CONFIG_VALUE_0=https://github.com/
npm run verify:add MeltanoLabs/tap-csv@v1.3.2
\`\`\`

The column "Settings" shows the number of settings, and in parentheses how many of them are required. The time depends on the
machine and its package cache.

| Package | Version | Kind | Settings | Added | Compiles | Runs | Seconds |
|---|---|---|---|---|---|---|---|
${rows.map(({ text }) => text).join("\n")}
`;
}

function isSdk({ result }: Outcome): boolean {
  return result !== undefined && !result.unknown.some((line) => line.startsWith("settings: "));
}

function escape(text: string): string {
  return (
    text
      .replaceAll("|", "\\|")
      .replace(/file:\/\/\S*\/([^/\s]+)/g, "$1")
      // Paths of the machine mean nothing to readers.
      .replace(/(?:\/[\w.-]+){3,}/g, "…")
      .slice(0, 250)
  );
}
