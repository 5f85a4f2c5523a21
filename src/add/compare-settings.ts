import { stringifyJson } from "../common/json";
import type { Json, JsonObject } from "../model/connector-settings";
import { isSchema, kindsOf, propertiesOf, requiredOf } from "./settings-schema";

/** A difference between the settings of two versions of a connector. */
export interface SettingChange {
  readonly setting: string;
  readonly change: "added" | "removed" | "changed";
  /** What changed, such as `type: string → integer`. Default: nothing more to say. */
  readonly detail?: string;
}

/** How the settings of a connector changed, sorted by their names. */
export function compareSettings(before: JsonObject, after: JsonObject): readonly SettingChange[] {
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  const [oldRequired, nowRequired] = [requiredOf(before), requiredOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.flatMap((setting): readonly SettingChange[] => {
    const [one, other] = [old[setting], now[setting]];
    if (one === undefined)
      return [
        {
          setting,
          change: "added",
          ...(nowRequired.includes(setting) && { detail: "required" }),
        },
      ];
    if (other === undefined) return [{ setting, change: "removed" }];
    const details = [
      ...difference("type", typeText(one), typeText(other)),
      ...difference("default", valueText(one, "default"), valueText(other, "default")),
      ...difference("allowed values", valueText(one, "enum"), valueText(other, "enum")),
      ...difference(
        "required",
        String(oldRequired.includes(setting)),
        String(nowRequired.includes(setting)),
      ),
    ];
    return details.length === 0 ? [] : [{ setting, change: "changed", detail: details.join("; ") }];
  });
}

function difference(what: string, before: string, after: string): readonly string[] {
  return before === after ? [] : [`${what}: ${before} → ${after}`];
}

function typeText(schema: Json): string {
  return [...kindsOf(schema)].sort().join(" | ") || "any";
}

function valueText(schema: Json, field: string): string {
  const value = isSchema(schema) ? schema[field] : undefined;
  if (value === undefined || value === null) return "none";
  const text = stringifyJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
