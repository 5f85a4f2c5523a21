import type { TextWithCommands } from "../../common/commands";
import type { PipelineEntry } from "../../model/define";
import type { SavedIdentity } from "../../model/identity";
import type { NewestBookmark } from "../../store/state/bookmarks";
import type { ReplicationSlot } from "../../store/runs/run-summary";
import type { ApiFacts } from "../connection";
import type { ExternalSecretObject } from "../external-secrets";
import type { NodeProblem } from "../node-problem";
import type {
  CronWorkflowObject,
  DeploymentObject,
  EventObject,
  MetadataOnly,
  PodObject,
} from "../objects";
import { UserError } from "../../common/errors";

/** A fact, or why it could not be read. */
export type Fact<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: TextWithCommands };

/** A permission that the command needs, and whether the user has it. */
export interface Right {
  /** The RBAC rule. */
  readonly rule: string;
  readonly allowed: boolean;
  /** Verbs of the command that need it. */
  readonly neededBy: string;
}

/** A Workflow that waits for a pipeline's lock. */
export interface WaitingRun {
  readonly workflow: string;
  /** Name of the Workflow that holds the lock. */
  readonly holder: string;
}

/** An image that runs use. */
export interface ImageFact {
  readonly image: string;
  /** Whether its registry has it; undefined if the registry could not be queried. */
  readonly there: boolean | undefined;
  /** Why it could not be queried. */
  readonly why: string;
}

/** A bucket that is reachable, or one that does not exist. */
export type BucketFact =
  | { readonly name: string; readonly is: "there"; readonly versioned: boolean }
  | { readonly name: string; readonly is: "missing"; readonly inCluster: boolean };

/** A saved state that cannot be read. */
export interface UnreadableStateFact {
  readonly pipeline: string;
  /** What is wrong with it. */
  readonly unreadable: string;
  /** How to fix it. */
  readonly todo: TextWithCommands;
}

/** A saved state and the newest successful run. */
export interface StateFact {
  readonly pipeline: string;
  /** Run or manual change that saved the state. */
  readonly savedBy: string;
  readonly savedAt: string;
  /** Whether the run that saved it left a summary. */
  readonly hasRun: boolean;
  /** Newest successful run; null if there is none. */
  readonly newestGood: string | null;
  /** Newest date or time per selected stream. */
  readonly bookmarks: readonly NewestBookmark[];
  /** Source and destination that the state belongs to. */
  readonly identity: SavedIdentity;
}

/** Replication slots of a pipeline when a run last read them. */
export interface SlotFact {
  readonly pipeline: string;
  /** Empty if no run has read them. */
  readonly slots: readonly ReplicationSlot[];
}

/** Problems of the settings that a pipeline reads from the store. */
export interface ConfigFact {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Files that are missing or unreadable; empty if there are no problems. */
  readonly problems: readonly ConfigProblem[];
}

/** A file that is missing, or that connectors cannot read. */
export interface ConfigProblem {
  /** What is wrong with it. */
  readonly what: string;
  /** How to fix it. */
  readonly todo: TextWithCommands;
}

/** Everything that the checks evaluate, read once. */
export interface DoctorFacts {
  readonly context: string;
  readonly namespace: string;
  readonly now: Date;
  readonly api: Fact<ApiFacts>;
  readonly rights: Fact<readonly Right[]>;
  readonly controllers: Fact<readonly DeploymentObject[]>;
  readonly controllerPods: Fact<readonly PodObject[]>;
  /** Names of missing WorkflowTemplates. */
  readonly missingTemplates: Fact<readonly string[]>;
  readonly crons: Fact<readonly CronWorkflowObject[]>;
  readonly workflows: Fact<readonly MetadataOnly[]>;
  readonly waiting: Fact<readonly WaitingRun[]>;
  readonly pods: Fact<readonly PodObject[]>;
  /** Pods that their nodes cannot start. */
  readonly nodeProblems: Fact<readonly NodeProblem[]>;
  readonly images: Fact<readonly ImageFact[]>;
  readonly bucket: Fact<BucketFact>;
  readonly states: Fact<readonly (StateFact | UnreadableStateFact)[]>;
  /** Replication slots of pipelines that read the log of a database. */
  readonly slots: Fact<readonly SlotFact[]>;
  /** Settings of pipelines that read them from the store. */
  readonly configs: Fact<readonly ConfigFact[]>;
  /** Names of the pipelines' Secrets; their content is not read. */
  readonly secrets: Fact<readonly string[]>;
  /** ExternalSecrets of the namespace; none are read if the array has no secret in a store. */
  readonly externalSecrets: Fact<readonly ExternalSecretObject[]>;
  /** The operator's errors; none are read if all ExternalSecrets are ready. */
  readonly externalSecretEvents: readonly EventObject[];
  /** The array. */
  readonly entries: readonly PipelineEntry[];
}

/** What a read returns, or the text of the UserError that it ends with. */
export async function factOf<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, why: (commands) => error.textWith(commands) };
  }
}
