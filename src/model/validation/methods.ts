import { isFields, type Fields } from "./checks";
import { connectorNameOf } from "./connectors";
import { rulesWithPlaces } from "./streams";

/** Setting of SQL taps for streams without a method of their own. */
const DEFAULT_METHOD = "default_replication_method";

/** Replication methods of streams, and the tap's default one, that the tap does not have. */
export function methodsElsewhere({ tap, streams }: Fields): readonly string[] {
  if (!isFields(tap) || !isFields(tap["connector"])) return [];
  const { settings } = tap;
  const connector = tap["connector"];
  const hints = connector["methodsElsewhere"];
  if (!isFields(hints)) return [];
  const problem = (at: string, method: unknown) => {
    const hint = typeof method === "string" ? hints[method] : undefined;
    return typeof hint === "string"
      ? [`${at}: ${connectorNameOf(connector)} does not have ${String(method)}\n${hint}`]
      : [];
  };
  return [
    ...(isFields(settings)
      ? problem(`tap setting "${DEFAULT_METHOD}"`, settings[DEFAULT_METHOD])
      : []),
    ...rulesWithPlaces(streams).flatMap(({ at, rule }) =>
      problem(
        `${at}.${Array.isArray(streams) ? "replicationMethod" : "replication"}`,
        rule.replicationMethod,
      ),
    ),
  ];
}
