import { UserError } from "../errors";
import { ALL_PIPELINES, countPipelines, FEW, recordedObjects } from "./pipeline-objects";
import { runEngine, savesSteps, type Engine } from "./pulumi";

/**
 * `pulumi destroy`; where there are many pipelines and the engine writes its whole state after each step, they go first,
 * with the state written once. Where that is cut off, the state still has all of them, and an object that is gone already
 * is deleted again without a complaint.
 *
 * @param root folder of the Pulumi project.
 * @throws UserError where the engine fails.
 */
export async function destroy(engine: Engine, root: string): Promise<void> {
  const run = async (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    const code = await runEngine(engine, root, ["destroy", ...engine.stack, ...args, "--yes"], env);
    if (code !== 0) throw new UserError("pulumi destroy has failed; what is left is kept in the state, and `npm run down` goes on from there", 1);
  };
  if (!savesSteps(engine) && countPipelines(recordedObjects(engine)) > FEW) {
    await run([...ALL_PIPELINES.flatMap((urn) => ["--target", urn]), "--skip-preview"], { PULUMI_SKIP_CHECKPOINTS: "true" });
  }
  await run();
}
