import { connectorVersion, type ConnectorDefinition } from "../../src/model/connector";
import { rangeText } from "../../src/run/environments/python";
import { limitationOf } from "./outcome";

/** A connector and the cases that it is certified with. */
export interface Certified {
  readonly connector: ConnectorDefinition;
  readonly cases: readonly {
    readonly id: string;
    readonly group: string;
    readonly title: string;
  }[];
}

const HEAD = `# Connectors

Every connector in the package is run from its lock file against a real source or destination (PostgreSQL, DuckDB, files or an
HTTP server), and the result is compared with the input value by value. \`npm run certify\` does this and generates this page. It
fails if a connector behaves differently than its definition documents.

- **yes**: the value arrives unchanged.
- **rejected**: the run fails with an error, and the saved state does not change. Nothing is lost.
- **differs**: the run succeeds, but the destination contains a different value.
- **–**: not applicable.

Numbers in parentheses refer to the notes on each connector. Timestamps are equal if they are the same moment in UTC.
To use any other connector from PyPI, see [Adding a connector](adding-a-tap.md).
`;

/** The page about all connectors: the same for the same definitions and cases. */
export function connectorsPage(all: readonly Certified[]): string {
  const kinds = [
    ["Taps", "tap"],
    ["Targets", "target"],
  ] as const;
  const sections = kinds.map(([title, kind]) =>
    section(
      title,
      all.filter(({ connector }) => connector.kind === kind),
    ),
  );
  return `${[HEAD.trim(), table(["connector", "package", "version", "Python"], all.map(packageRow)), ...sections].join("\n\n")}\n`;
}

function packageRow({ connector }: Certified): readonly string[] {
  const { name, source } = connector;
  if ("image" in source) throw new Error(`${name} is an image, which is not certified`);
  const from = "bulk" in source ? "[bulk connector](bulk-connectors.md)" : `\`${source.package}\``;
  const version = "bulk" in source ? "of tapctl" : connectorVersion(connector);
  return [`[${name}](#${name})`, from, version, rangeText(source.python ?? {})];
}

function section(title: string, certified: readonly Certified[]): string {
  const groups = [...new Set(certified.flatMap(({ cases }) => cases.map(({ group }) => group)))];
  const tables = groups.map(
    (group) => `### ${title}: ${group.toLowerCase()}\n\n${groupTable(group, certified)}`,
  );
  return [`## ${title}`, ...tables, ...certified.map(notes)].join("\n\n");
}

function groupTable(group: string, certified: readonly Certified[]): string {
  const members = new Map(
    certified.flatMap(({ cases }) =>
      cases.filter((one) => one.group === group).map(({ id, title }) => [id, title]),
    ),
  );
  const shown = certified.filter(({ cases }) => cases.some((one) => one.group === group));
  const rows = [...members].map(([id, title]) => [
    `${escaped(title)} \`${id}\``,
    ...shown.map((one) => cell(one, id)),
  ]);
  return table(["case", ...shown.map(({ connector }) => connector.name)], rows);
}

function cell({ connector, cases }: Certified, id: string): string {
  if (!cases.some((one) => one.id === id)) return "–";
  const limitation = limitationOf(connector, id);
  return limitation
    ? `${limitation.outcome} (${connector.limitations!.indexOf(limitation) + 1})`
    : "yes";
}

function notes({ connector: { name, limitations = [] } }: Certified): string {
  const lines = limitations.map(
    ({ cases, text }, index) =>
      `${index + 1}. ${text} (${cases.map((id) => `\`${id}\``).join(", ")})`,
  );
  return `### ${name}\n\n${lines.length === 0 ? "Every case arrives unchanged." : lines.join("\n")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}
