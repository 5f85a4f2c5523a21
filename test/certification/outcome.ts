import type { ConnectorDefinition } from "../../src/model/connector";

/** The result of a case: it arrived as expected, the run failed, or it arrived in another form. */
export type Outcome =
  { readonly kind: "correct" } | { readonly kind: "rejected" | "differs"; readonly detail: string };

/** The outcome of a case of one connector. */
export interface Cell {
  readonly connector: string;
  readonly case: string;
  readonly outcome: Outcome;
}

/** The part of a case that its outcome depends on. */
export interface Certifiable {
  readonly id: string;
}

/** The limitation of a connector that a case falls under. */
export function limitationOf({ limitations = [] }: ConnectorDefinition, id: string) {
  return limitations.find(({ cases }) => cases.includes(id));
}

/** Why an outcome is not what the definition of the connector documents; undefined if it is. */
export function surprise(
  connector: ConnectorDefinition,
  { case: id, outcome }: Cell,
): string | undefined {
  const documented = limitationOf(connector, id)?.outcome ?? "correct";
  if (documented === outcome.kind) return undefined;
  const detail = outcome.kind === "correct" ? "" : ` (${outcome.detail.slice(0, 400)})`;
  return `${connector.name}, ${id}: ${outcome.kind}${detail}; its definition says ${documented}`;
}

/**
 * Runs cases together. If that fails, it runs each half, down to single cases; cases that are known to be
 * rejected are run separately from the start, because one of them fails all.
 */
export async function certifyCases<Case extends Certifiable>(
  connector: ConnectorDefinition,
  cases: readonly Case[],
  run: (cases: readonly Case[]) => Promise<readonly Outcome[]>,
): Promise<readonly Cell[]> {
  const isRejected = ({ id }: Case) => limitationOf(connector, id)?.outcome === "rejected";
  const outcomes = new Map<Case, Outcome>();
  const attempt = async (some: readonly Case[]): Promise<void> => {
    if (some.length === 0) return;
    const found = await run(some);
    if (some.length === 1 || found.every(({ kind }) => kind !== "rejected"))
      return some.forEach((one, index) => outcomes.set(one, found[index] as Outcome));
    await attempt(some.slice(0, some.length >> 1));
    await attempt(some.slice(some.length >> 1));
  };
  await attempt(cases.filter((one) => !isRejected(one)));
  for (const one of cases.filter(isRejected)) await attempt([one]);
  return cases.map((one) => ({
    connector: connector.name,
    case: one.id,
    outcome: outcomes.get(one) as Outcome,
  }));
}
