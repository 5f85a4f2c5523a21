/** The outcome of the certification of a connector. */
export interface CertificationResult {
  readonly connector: string;
  /** Number of cases. */
  readonly cases: number;
  /** Cases that do not behave as documented. */
  readonly unexpected: readonly string[];
}

/** The outcome as Markdown, for the description of a pull request. */
export function certificationReport(results: readonly CertificationResult[]): string {
  const rows = results.map(
    ({ connector, cases, unexpected }) =>
      `| \`${connector}\` | ${cases} | ${unexpected.length === 0 ? "all as documented" : `**${unexpected.length} unexpected**`} |`,
  );
  const details = results.flatMap(({ unexpected }) =>
    unexpected.map((one) => `- ${one.replace(/[`<>]/g, "'").replaceAll("\n", " ")}`),
  );
  return `${["| Connector | Cases | Result |", "|---|---|---|", ...rows, ...(details.length > 0 ? ["", ...details] : [])].join("\n")}\n`;
}
