import { WORK } from "./store-artifacts";

/** Path of a run's file in the pods of artifact mode. */
export const file = (name: string): string => `${WORK}/${name}`;

/** Files shared by the containers of stream mode. */
export const STREAM = {
  pipe: file("pipe"),
  tapOutcome: file("tap-outcome"),
  tapResult: file("tap-result.json"),
  targetResult: file("target-result.json"),
  targetOutcome: file("target-outcome"),
};

/** Files that a commit writes: the state and the summary. */
export const COMMITTED = file("commit.json");
/** Summary of a run. */
export const SUMMARY = file("summary.json");
/** Result of the load, for the verdict after it. */
export const LOADED = file("loaded.json");
/** Schemas of the streams after the run. */
export const SCHEMAS = file("schema.json");
/** The same, once they are saved. */
export const SAVED_SCHEMAS = file("saved-schema.json");
/** Folder that targets write files to. */
export const OUTPUT = file("output");
