import { connectorVersion, type ConnectorDefinition } from "../model/connector";
import { plain, type Fact } from "./fact";
import { code } from "./markdown";

/** Whether a connector was replaced by another one that continues its states. */
export function isOtherKind(before: ConnectorDefinition, after: ConnectorDefinition): boolean {
  return before.name !== after.name || "bulk" in before.source !== "bulk" in after.source;
}

/** A bulk connector in place of the published one, or the other way around. */
export function connectorKindFacts(
  kind: string,
  before: ConnectorDefinition,
  after: ConnectorDefinition,
): readonly Fact[] {
  const [exact, limited] = [limitsOnly(before, after), limitsOnly(after, before)];
  return [
    plain(`${kind}: ${described(before)} → ${described(after)}; the saved state is kept`),
    ...(exact.length > 0
      ? [plain(`${kind}: these values are now loaded unchanged: ${exact.map(code).join(", ")}`)]
      : []),
    ...(limited.length > 0
      ? [
          plain(
            `${kind}: these values are no longer loaded unchanged: ${limited.map(code).join(", ")}`,
          ),
        ]
      : []),
  ];
}

function described(connector: ConnectorDefinition): string {
  const { name, source } = connector;
  const version = code(connectorVersion(connector));
  if ("bulk" in source) return `bulk connector ${code(name)} of tapctl ${version}`;
  return `${code(name)} (${"package" in source ? `${code(source.package)} ${version}` : version})`;
}

/** Certification cases that one connector does not deliver unchanged and the other does. */
function limitsOnly(one: ConnectorDefinition, other: ConnectorDefinition): readonly string[] {
  const fine = casesOf(other);
  return casesOf(one).filter((name) => !fine.includes(name));
}

function casesOf({ limitations = [] }: ConnectorDefinition): readonly string[] {
  return limitations.flatMap(({ cases }) => cases);
}
