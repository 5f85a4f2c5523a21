import { isFields, type Fields } from "./checks";
import { connectorNameOf } from "./connectors";
import { rulesWithPlaces } from "./streams";

/** Setting of SQL taps for streams without a method of their own. */
const DEFAULT_METHOD = "default_replication_method";
const LOG_BASED = "LOG_BASED";

/** Settings that are missing although a stream, or the tap's default method, is `LOG_BASED`. */
export function missingForLog({ tap, streams, configFrom }: Fields): readonly string[] {
  if (configFrom === "store" || !isFields(tap) || !isFields(tap["connector"])) return [];
  const { settings, connector } = tap;
  const given = isFields(settings) ? settings : {};
  const required = connector["requiredByLog"];
  const readsLog =
    given[DEFAULT_METHOD] === LOG_BASED ||
    rulesWithPlaces(streams).some(({ rule }) => rule.replicationMethod === LOG_BASED);
  if (!readsLog || !Array.isArray(required)) return [];
  return required
    .filter((name) => given[String(name)] === undefined)
    .map(
      (name) =>
        `tap: ${LOG_BASED} streams of ${connectorNameOf(connector)} require setting "${String(name)}"`,
    );
}
