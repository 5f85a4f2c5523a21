import {
  configKey,
  failingKey,
  historyKey,
  overlayKey,
  runFileKey,
  stateKey,
  stepLogFolder,
  type ConfigFile,
  type RunFile,
} from "../../store/keys";
import { parameter } from "./parameters";
import { ATTEMPT } from "./singer-retry";
import type { Artifact } from "./types";

/** Folder in a pod for what a run reads and writes: on a volume, where an optional file that is not in the store is absent. */
export const WORK = "/singer/work";

/**
 * Id of the run in the form of `newRunId` in src/store/keys.ts: the Workflow's creation, in UTC where the controller's
 * clock is, and the first digits of its random uid.
 */
export const RUN_ID = `${["Y", "m", "d"].map(created).join("")}T${["H", "M", "S"].map(created).join("")}Z-{{=workflow.uid[0:6]}}`;

/** The run's id inside templates, which get it as an input. */
export const RUN = "{{inputs.parameters.run}}";

const PIPELINE = parameter("pipeline");

/** Keys of the store, for the pipeline and run of a Workflow. */
export const keys = {
  state: stateKey(PIPELINE),
  formerState: stateKey(parameter("formerName")),
  history: historyKey(PIPELINE, RUN),
  failing: failingKey(PIPELINE),
  overlay: overlayKey(PIPELINE),
  file: (file: RunFile): string => runFileKey(PIPELINE, RUN, file),
  /** By attempt, so that one that went on unseen on a lost node cannot replace what a later one brought. */
  extract: runFileKey(PIPELINE, RUN, `extract-${ATTEMPT}.jsonl`),
  candidate: runFileKey(PIPELINE, RUN, `candidate-${ATTEMPT}.json`),
  tapLog: runFileKey(PIPELINE, RUN, `tap-${ATTEMPT}.log`),
  targetLog: runFileKey(PIPELINE, RUN, `target-${ATTEMPT}.log`),
  /** Of the template that {@link withRetries} makes of a pod, where the attempt has another name than in the pod. */
  log: (step: string, run = RUN): string => stepLogFolder(PIPELINE, run, step, "{{retries}}"),
  config: (file: ConfigFile): string => configKey(PIPELINE, file),
};

/** A file of the store that a pod reads. Files are readable for all, because the connector is not who fetches them. */
export function fileIn(name: string, key: string, path = `${WORK}/${name}.json`): Artifact {
  return { name, path, mode: 0o644, archive: { none: {} }, s3: { key } };
}

/** {@link fileIn} for one that may not be there. */
export function optionalFileIn(name: string, key: string, path?: string): Artifact {
  return { ...fileIn(name, key, path), optional: true };
}

/** A file that another step of the run left. */
export function fileFromStep(name: string, path: string): Artifact {
  return { name, path, mode: 0o644, archive: { none: {} } };
}

/** {@link fileFromStep} for one that may be a folder: the extract of a parallel run, which has a file per slice. */
export function extractFromStep(name: string, path: string): Artifact {
  return { ...fileFromStep(name, path), mode: 0o755, recurseMode: true };
}

/** A file that a pod leaves in the store, where it has one. Nothing that a run stores is ever deleted by Argo. */
export function optionalFileOut(name: string, key: string, path: string): Artifact {
  return {
    name,
    path,
    optional: true,
    archive: { none: {} },
    artifactGC: { strategy: "Never" },
    s3: { key },
  };
}

/** {@link optionalFileOut} for one without which the step has failed. */
export function fileOut(name: string, key: string, path: string): Artifact {
  return { name, path, archive: { none: {} }, artifactGC: { strategy: "Never" }, s3: { key } };
}

/** A folder that a pod leaves in the store as one archive, where it has one. */
export function folderOut(name: string, key: string, path: string): Artifact {
  return {
    name,
    path,
    optional: true,
    archive: { tar: {} },
    artifactGC: { strategy: "Never" },
    s3: { key },
  };
}

function created(part: string): string {
  return `{{workflow.creationTimestamp.${part}}}`;
}
