import { print } from "../cli/print";
import { UserError } from "../errors";
import type { PipelineEntry } from "../pipelines/define";
import { ALL_PIPELINES, countPipelines, FEW, objectsOf, recordedObjects, urnsOf, type ObjectKey, type PipelinesCluster } from "./pipeline-objects";
import { PLATFORM_ONLY } from "./part";
import { runEngine, savesSteps, type Engine } from "./pulumi";
import { forgetUnfinished, noteUnfinished, readUnfinished, undoUnfinished } from "./unfinished";

/** New pipelines of one run of the engine, which is told the names of all: what an operating system takes as arguments. */
const BATCH = 2000;

/** How an update is made. */
export interface UpdateArgs {
  /** The engine and its stack. */
  readonly engine: Engine;
  /** Where the pipelines run. */
  readonly cluster: PipelinesCluster;
  /** The array. */
  readonly entries: readonly PipelineEntry[];
  /** Whether the user agreed to everything before. */
  readonly yes: boolean;
  /** URNs of resources that are made anew first, whatever the state says of them. */
  readonly again: readonly string[];
  /** Whether to look at what is there first, so that what was changed or deleted by hand is put back. */
  readonly refresh: boolean;
  /** Folder of the Pulumi project. */
  readonly root: string;
}

/**
 * `pulumi up`; in parts where many pipelines are new and the engine writes its whole state after each step: what the
 * pipelines run on, then the new ones with the state written once, then the others. Before the second part a note in the
 * cluster says what it will create, so that the next update undoes what the state does not know where that part is cut off.
 *
 * The part whose steps are not saved creates objects of pipelines, whose names are fixed. It changes nothing that is
 * there, and makes nothing up, such as a password.
 *
 * @throws UserError where the engine fails.
 */
export async function update({ engine, cluster, entries, yes, again, refresh, root }: UpdateArgs): Promise<void> {
  const up = async (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    const code = await runEngine(engine, root, ["up", ...engine.stack, ...args, ...(yes ? ["--yes"] : [])], env);
    if (code !== 0) throw new UserError("pulumi up has failed; what it did is kept, and `npm run up` goes on from there", 1);
  };
  const all = () => up(refresh ? ["--refresh"] : []);
  const withoutPreview = yes ? ["--skip-preview"] : [];
  const unfinished = readUnfinished(cluster);
  const recorded = recordedObjects(engine);
  const hasPipelines = countPipelines(recorded) > 0;
  const created = entries.filter((entry) => !objectsOf(entry).some((key) => recorded.has(key)));
  const many = !savesSteps(engine) && created.length > FEW;
  // In a run of its own: a refresh that sees that one is gone takes it out of the state, and then the engine knows no such target.
  if (again.length > 0) await up([...again.flatMap((urn) => ["--target-replace", urn]), ...withoutPreview]);
  if (!many && unfinished === undefined) return all();

  print(many ? `${created.length} pipelines are new: first what they run on, then these, with the state saved at the end.` : "An update was cut off: first what the pipelines run on, then they.");
  // Where this succeeds, no other update is running, which would have the stack locked, and the namespace is this stack's.
  if (hasPipelines) await up([...ALL_PIPELINES.flatMap((urn) => ["--exclude", urn]), ...withoutPreview]);
  else await up(withoutPreview, PLATFORM_ONLY);
  if (unfinished) tellUndone(undoUnfinished(cluster, unfinished, recorded));
  if (many) {
    noteUnfinished(cluster, created.flatMap(objectsOf));
    for (let from = 0; from < created.length; from += BATCH) {
      const urns = created.slice(from, from + BATCH).flatMap((entry) => urnsOf(entry, engine.name));
      await up([...urns.flatMap((urn) => ["--target", urn]), ...withoutPreview], { PULUMI_SKIP_CHECKPOINTS: "true" });
    }
  }
  if (!many || hasPipelines) await all();
  forgetUnfinished(cluster);
}

function tellUndone(objects: readonly ObjectKey[]): void {
  if (objects.length > 0) print(`Deleted ${objects.length} objects that an update created which was cut off before it could save the state.`);
}
