/** How adding a connector went. */
export interface Outcome {
  readonly package: string;
  /** Whether it was added from a git repository. */
  readonly git: boolean;
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

/** The page with the table of all connectors. */
export function addedPage(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { result, error, compiled, ran, git } = outcome;
    const cells = [
      `\`${outcome.package}\`${git ? " (git)" : ""}`,
      result?.packageVersion ?? "",
      result === undefined ? "" : isSdk(outcome) ? "SDK" : "older",
      result === undefined ? "" : `${result.settings.length} (${result.required.length})`,
      error === undefined ? "yes" : `no: ${escape(error)}`,
      compiled === undefined ? "" : compiled === "" ? "yes" : `no: ${escape(compiled)}`,
      ran === undefined ? "" : ran === "" ? "yes" : `no: ${escape(ran)}`,
      outcome.seconds.toFixed(1),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const added = outcomes.filter(({ error }) => error === undefined);
  const older = added.filter((outcome) => !isSdk(outcome));
  const fromGit = added.filter(({ git }) => git);
  return `# Added connectors

\`npm run verify:add\` adds each of these connectors to a new project with \`tapctl add\`, type-checks a pipeline with it,
and runs it if it needs no account. ${added.length} of ${outcomes.length} were added: ${added.length - older.length} that are built
with the Singer SDK and ${older.length} older ones, ${fromGit.length} of them from git. For a connector from git, the source
archive of the package index stands in for its repository.

The column "Settings" has their number, and in parentheses how many are required. The time depends on the machine and its
cache of packages.

| Package | Version | Kind | Settings | Added | Compiles | Runs | Seconds |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
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
