import {
  catalogKey,
  configKey,
  failingKey,
  historyKey,
  overlayKey,
  runFileKey,
  schemasKey,
  stateKey,
  stepLogFolder,
  undeliveredKey,
  type ConfigFile,
  type RunFile,
} from "../../store/keys";
import { parameter } from "./parameters";
import { ATTEMPT } from "./singer-retry";
import type { Artifact } from "./types";

/**
 * Folder in a pod for the files of a run. It is on a volume, where a missing optional file stays
 * absent.
 */
export const WORK = "/singer/work";

/**
 * Id of the run in the format of `newRunId` in src/store/keys.ts: the creation time of the
 * Workflow, in UTC if the controller uses UTC, and the first digits of its random uid.
 */
export const RUN_ID = `${["Y", "m", "d"].map(created).join("")}T${["H", "M", "S"].map(created).join("")}Z-{{=workflow.uid[0:6]}}`;

/** The id of the run inside templates, which get it as an input. */
export const RUN = "{{inputs.parameters.run}}";

const PIPELINE = parameter("pipeline");

/** Keys in the store, for the pipeline and run of a Workflow. */
export const keys = {
  state: stateKey(PIPELINE),
  formerState: stateKey(parameter("formerName")),
  history: historyKey(PIPELINE, RUN),
  failing: failingKey(PIPELINE),
  undelivered: undeliveredKey(PIPELINE),
  schemas: schemasKey(PIPELINE),
  overlay: overlayKey(PIPELINE),
  catalog: catalogKey(PIPELINE),
  file: (file: RunFile): string => runFileKey(PIPELINE, RUN, file),
  /** By attempt, so that an attempt still running on a lost node cannot overwrite a later one. */
  extract: runFileKey(PIPELINE, RUN, `extract-${ATTEMPT}.jsonl`),
  candidate: runFileKey(PIPELINE, RUN, `candidate-${ATTEMPT}.json`),
  tapLog: runFileKey(PIPELINE, RUN, `tap-${ATTEMPT}.log`),
  targetLog: runFileKey(PIPELINE, RUN, `target-${ATTEMPT}.log`),
  /**
   * For the template that {@link withRetries} creates, where the attempt has another name than in
   * the pod.
   */
  log: (step: string, run = RUN): string => stepLogFolder(PIPELINE, run, step, "{{retries}}"),
  config: (file: ConfigFile): string => configKey(PIPELINE, file),
};

/**
 * A file of the store that a pod reads. It is readable by all users, because Argo and the connector
 * run as different users.
 */
export function fileIn(name: string, key: string, path = `${WORK}/${name}.json`): Artifact {
  return { name, path, mode: 0o644, archive: { none: {} }, s3: { key } };
}

/** {@link fileIn} for an optional file. */
export function optionalFileIn(name: string, key: string, path?: string): Artifact {
  return { ...fileIn(name, key, path), optional: true };
}

/** A file from another step of the run. */
export function fileFromStep(name: string, path: string): Artifact {
  return { name, path, mode: 0o644, archive: { none: {} } };
}

/**
 * {@link fileFromStep} for a file or a folder: the extract of a parallel run has a file per slice.
 */
export function extractFromStep(name: string, path: string): Artifact {
  return { ...fileFromStep(name, path), mode: 0o755, recurseMode: true };
}

/** An optional file that a pod stores. Argo never deletes files of a run. */
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

/** {@link optionalFileOut} for a required file: without it the step fails. */
export function fileOut(name: string, key: string, path: string): Artifact {
  return { name, path, archive: { none: {} }, artifactGC: { strategy: "Never" }, s3: { key } };
}

/** An optional folder that a pod stores as one archive. */
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
