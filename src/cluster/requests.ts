import type { RunParameters } from "../manifests/argo/parameters";
import type { JsonObject } from "../model/connector-settings";
import { stringifyJson } from "../common/json";
import { newRunId, requestKey } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { StartDay } from "../run/start-day";

/** The state that a manual run starts from. */
export type StartFrom =
  | { readonly kind: "saved" }
  /** No state; the saved one is replaced when the run succeeds. */
  | { readonly kind: "refresh" }
  /** The saved state, even if it belongs to another tap, source, target or destination. */
  | { readonly kind: "keep" }
  /** The given state (undefined for none) and tap settings for this run. */
  | ({ readonly kind: "given" } & StartDay);

/** Parameters of the shared templates for a run without state. */
export const NO_STATE: Partial<RunParameters> = { onChange: "refresh" };

/**
 * Parameters of the shared templates for a run with this start; a given state is uploaded to the
 * store.
 */
export async function startParameters(
  store: () => Promise<ObjectStore>,
  pipeline: string,
  from: StartFrom,
): Promise<Partial<RunParameters>> {
  switch (from.kind) {
    case "saved":
      return {};
    case "refresh":
      return NO_STATE;
    case "keep":
      return { onChange: "keep" };
    case "given": {
      const settings = Object.keys(from.settings).length === 0 ? {} : tapSettings(from.settings);
      if (from.state === undefined) return { ...NO_STATE, ...settings };
      const key = requestKey(pipeline, newRunId(new Date()));
      await (await store()).put(key, `${from.state.text}\n`);
      return { givenState: key, ...settings };
    }
  }
}

/** The parameter that overrides tap settings for one run. */
export function tapSettings(settings: JsonObject): { readonly tapSettings: string } {
  return { tapSettings: stringifyJson(settings) };
}
