import { matchesStream } from "../stream-pattern";
import { isFields, quote, type Fields } from "./checks";
import { connectorNameOf } from "./connectors";
import { rulesWithPlaces } from "./streams";

/** A lookback of a stream whose tap also has a setting for one: the tap would read further back than either requests. */
export function lookbackTwice({ tap, streams }: Fields): readonly string[] {
  if (!isFields(tap) || !isFields(tap["connector"]) || !isFields(tap["settings"])) return [];
  const known = tap["connector"]["settings"];
  if (!isFields(known) || known["lookback"] === undefined) return [];
  const options = isFields(tap["settings"]["stream_options"])
    ? tap["settings"]["stream_options"]
    : {};
  const own = tap["settings"]["lookback"];
  const name = connectorNameOf(tap["connector"]);
  return rulesWithPlaces(streams).flatMap(({ at, rule }) => {
    if (rule.lookback === undefined) return [];
    const inOptions = Object.entries(options).find(
      ([stream, value]) =>
        isFields(value) &&
        isSet(value["lookback"]) &&
        typeof rule.stream === "string" &&
        matchesStream(rule.stream, stream),
    );
    const setting = isSet(own)
      ? "lookback"
      : inOptions && `stream_options.${inOptions[0]}.lookback`;
    return setting === undefined
      ? []
      : [`${at}.lookback: ${name} has the setting ${quote(setting)} too\nRemove one of them.`];
  });
}

/** Masks that a run would refuse: of a replication key, and of data that the tap sends as files. */
export function impossibleMasks({ tap, streams }: Fields): readonly string[] {
  const settings = isFields(tap) && isFields(tap["settings"]) ? tap["settings"] : {};
  const masked = rulesWithPlaces(streams).filter(({ rule }) => isFields(rule.mask));
  const keys = masked.flatMap(({ at, rule }) => {
    const key: unknown = rule.replicationKey;
    if (typeof key !== "string") return [];
    return Object.keys(rule.mask ?? {})
      .filter((pattern) => matchesStream(pattern, key))
      .map(
        (pattern) =>
          `${at}.mask.${pattern}: ${quote(key)} is the replication key, whose values are in the saved state\nRemove the mask, or choose another key.`,
      );
  });
  const [first] = masked;
  return first !== undefined && settings["batch_config"] !== undefined
    ? [
        ...keys,
        `${first.at}.mask: the tap sends files (setting "batch_config"), which cannot be masked\nRemove the setting.`,
      ]
    : keys;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== 0;
}
