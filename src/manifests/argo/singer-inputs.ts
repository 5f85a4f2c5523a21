import type { ClusterSettings } from "./cluster-settings";
import { historyPrefix, type ConfigFile } from "../../store/keys";
import { parameter } from "./parameters";
import { keys, optionalFileIn, WORK } from "./store-artifacts";
import type { Artifact } from "./types";

/** Folder for files that a pipeline keeps in the store instead of the array. */
const STORE_CONFIG = `${WORK}/config`;

/**
 * The state given to this run, the saved state, and the state under the pipeline's former name,
 * which is used until the pipeline has saved its own. All are optional.
 */
export const stateInputs: Artifact[] = [
  optionalFileIn("given-state", parameter("givenState")),
  optionalFileIn("state", keys.state),
  optionalFileIn("former-state", keys.formerState),
  {
    name: "history",
    path: `${WORK}/history`,
    optional: true,
    s3: { key: historyPrefix(parameter("historyOf")) },
  },
];

/** The schemas of the last successful run, if there are any. */
export const schemasInput: Artifact = optionalFileIn("schemas", keys.schemas);

/**
 * Result of the attempt before this one, so that the trace of a run has all of them; not read
 * without telemetry.
 */
export function previousInput(
  { telemetry }: Pick<ClusterSettings, "telemetry">,
  kind: "tap" | "target",
): Artifact[] {
  const file = kind === "tap" ? "extract-result.json" : "load-result.json";
  return telemetry ? [optionalFileIn(`previous-${kind}`, keys.file(file))] : [];
}

/**
 * Config, catalog and initial state for `configFrom: "store"`; other pipelines do not read them.
 */
export function storeConfigInputs(kind: "tap" | "target"): Artifact[] {
  const ofTap = ["catalog.json", "select.json"] as const;
  const names: readonly ConfigFile[] = [
    `${kind}-config.json`,
    `${kind}-secrets.json`,
    "initial-state.json",
    ...(kind === "tap" ? ofTap : []),
  ];
  return names.map((name) =>
    optionalFileIn(
      `store-${name.replace(".json", "")}`,
      keys.config(name),
      `${STORE_CONFIG}/${name}`,
    ),
  );
}
