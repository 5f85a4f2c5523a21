import type { RunParameters } from "../manifests/argo/parameters";
import type { JsonObject } from "../model/connector-settings";
import { stringifyJson } from "../common/json";
import { newRunId, requestKey } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { StartDay } from "../run/start-day";

/** What a run by hand goes on from. */
export type StartFrom =
  | { readonly kind: "saved" }
  /** Anew; the saved state is replaced once the run has succeeded. */
  | { readonly kind: "refresh" }
  /** The saved state although it belongs to another tap, source, target or destination. */
  | { readonly kind: "keep" }
  /** Another state, or none where it is undefined, and settings of the tap for this run. */
  | ({ readonly kind: "given" } & StartDay);

/** Parameters of the shared templates for a run without a state. */
export const NO_STATE: Partial<RunParameters> = { onChange: "refresh" };

/** Parameters of the shared templates that make a run of a pipeline go on from there; a state is put into the store for it. */
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

/** The parameter that puts settings over the tap's own for one run. */
export function tapSettings(settings: JsonObject): { readonly tapSettings: string } {
  return { tapSettings: stringifyJson(settings) };
}
