import type { ConnectorDefinition, Tap, Target } from "../src/model/connector";
import * as connectors from "./index";

/**
 * The connectors of the package: every `tapName` and `targetName` that `connectors/index.ts`
 * exports.
 */
export function shippedConnectors(): readonly ConnectorDefinition[] {
  const definitions = Object.entries(connectors).filter(([name]) =>
    /^(tap|target)[A-Z]/.test(name),
  );
  return definitions.map(([, use]) => (use as (settings: object) => Tap | Target)({}).connector);
}
