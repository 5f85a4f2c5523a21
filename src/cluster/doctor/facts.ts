import type { PipelineEntry } from "../../model/define";
import type { SavedIdentity } from "../../model/identity";
import type { NewestBookmark } from "../../store/state/bookmarks";
import type { ApiFacts } from "../connection";
import type { CronWorkflowObject, DeploymentObject, MetadataOnly, PodObject } from "../objects";

/** Something that was looked for, or why it could not be looked at. */
export type Looked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** A right that the command needs, and whether one has it. */
export interface Right {
  /** As a Role's rule has it. */
  readonly rule: string;
  readonly allowed: boolean;
  /** Verbs of the command that need it. */
  readonly neededBy: string;
}

/** A Workflow that waits for a pipeline's lock. */
export interface WaitingRun {
  readonly workflow: string;
  /** Name of the Workflow that has the lock. */
  readonly holder: string;
}

/** An image that runs are made of. */
export interface ImageFact {
  readonly image: string;
  /** Whether its registry has it; undefined where it could not be asked. */
  readonly there: boolean | undefined;
  /** Why it could not. */
  readonly why: string;
}

/** A bucket that answers, or one that is not there. */
export type BucketFact =
  | { readonly name: string; readonly is: "there"; readonly versioned: boolean }
  | { readonly name: string; readonly is: "missing"; readonly inCluster: boolean };

/** A state that lies in the store and cannot be read. */
export interface UnreadableStateFact {
  readonly pipeline: string;
  /** What is wrong with it, and how to go back. */
  readonly unreadable: string;
}

/** A saved state and the newest run that went well. */
export interface StateFact {
  readonly pipeline: string;
  /** Run, or change by hand, that saved the state. */
  readonly savedBy: string;
  readonly savedAt: string;
  /** Whether the run that saved it left a summary. */
  readonly hasRun: boolean;
  /** Newest run that succeeded; null for none. */
  readonly newestGood: string | null;
  /** Newest date or time of each selected stream. */
  readonly bookmarks: readonly NewestBookmark[];
  /** What it belongs to. */
  readonly identity: SavedIdentity;
}

/** What is wrong with the settings that a pipeline reads from the store. */
export interface ConfigFact {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Files that are missing or no connector can read; none where all is well. */
  readonly problems: readonly ConfigProblem[];
}

/** A file that is missing, or that no connector can read. */
export interface ConfigProblem {
  /** What is wrong with it. */
  readonly what: string;
  /** What mends it. */
  readonly todo: string;
}

/** What was looked at, once, for all checks. */
export interface DoctorFacts {
  readonly context: string;
  readonly namespace: string;
  readonly now: Date;
  readonly api: Looked<ApiFacts>;
  readonly rights: Looked<readonly Right[]>;
  readonly controllers: Looked<readonly DeploymentObject[]>;
  readonly controllerPods: Looked<readonly PodObject[]>;
  /** Shared WorkflowTemplates that are not there, by name. */
  readonly missingTemplates: Looked<readonly string[]>;
  readonly crons: Looked<readonly CronWorkflowObject[]>;
  readonly workflows: Looked<readonly MetadataOnly[]>;
  readonly waiting: Looked<readonly WaitingRun[]>;
  readonly pods: Looked<readonly PodObject[]>;
  readonly images: Looked<readonly ImageFact[]>;
  readonly bucket: Looked<BucketFact>;
  readonly states: Looked<readonly (StateFact | UnreadableStateFact)[]>;
  /** Settings of the pipelines that read them from the store. */
  readonly configs: Looked<readonly ConfigFact[]>;
  /** Names of the pipelines' Secrets; what they hold is not asked for. */
  readonly secrets: Looked<readonly string[]>;
  /** The array. */
  readonly entries: readonly PipelineEntry[];
}
