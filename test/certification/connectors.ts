import type { ConnectorDefinition } from "../../src/model/connector";
import { shippedConnectors } from "../../connectors/shipped";
import type { Postgres } from "../../src/run/postgres/postgres";
import { certifyTap } from "./certify-tap";
import { certifyTarget } from "./certify-target";
import type { Cell } from "./outcome";
import type { Certified } from "./page";
import { tapAdapters } from "./tap-adapters";
import { jsonCases, rateCases, sqlCases, type TapCase } from "./tap-cases";
import { targetAdapters } from "./target-adapters";
import { targetCases } from "./target-cases";

const TAP_CASES: { readonly [tap: string]: readonly TapCase[] } = {
  "tap-postgres": sqlCases,
  "tap-postgres-sdk": sqlCases,
  "tap-rest-api-msdk": jsonCases,
  "tap-exchangeratesapi": rateCases,
};

/** The connectors of the package with their cases. */
export function certified(): readonly Certified[] {
  return shippedConnectors().map((connector) => ({
    connector,
    cases: connector.kind === "target" ? targetCases : (TAP_CASES[connector.name] ?? []),
  }));
}

/** Runs one connector over its cases. */
export async function certifyConnector(
  connector: ConnectorDefinition,
  postgres: Postgres,
): Promise<readonly Cell[]> {
  const tap = tapAdapters(postgres).find(({ name }) => name === connector.name);
  if (tap) return certifyTap(connector, tap);
  const target = targetAdapters(postgres).find(({ name }) => name === connector.name);
  if (target) return certifyTarget(target, targetCases);
  throw new Error(`${connector.name} has no adapter: add one to test/certification`);
}
