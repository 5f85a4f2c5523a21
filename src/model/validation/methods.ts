import { isFields, type Fields } from "./checks";
import { connectorNameOf } from "./connectors";

/** Replication methods of streams, and the tap's default one, that the tap does not have. */
export function methodsElsewhere({ tap, streams }: Fields): readonly string[] {
  if (!isFields(tap) || !isFields(tap["connector"])) return [];
  const { connector, settings } = tap;
  const hints = connector["methodsElsewhere"];
  if (!isFields(hints)) return [];
  const rules = Array.isArray(streams) ? (streams as readonly unknown[]) : [];
  const chosen = [
    ...(isFields(settings)
      ? [['tap setting "default_replication_method"', settings["default_replication_method"]]]
      : []),
    ...rules
      .map((rule, index) => [`streams[${index}].replicationMethod`, rule] as const)
      .map(([at, rule]) => [at, isFields(rule) ? rule["replicationMethod"] : undefined]),
  ] as const;
  return chosen.flatMap(([at, method]) => {
    const hint = typeof method === "string" ? hints[method] : undefined;
    return typeof hint === "string"
      ? [`${String(at)}: ${connectorNameOf(connector)} does not have ${String(method)}; ${hint}`]
      : [];
  });
}
