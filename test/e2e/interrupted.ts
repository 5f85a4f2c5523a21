import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { requireUnlocked } from "../../src/deploy/lock";
import { recover } from "../../src/deploy/recover";
import { pendingCreates } from "../../src/deploy/recovery";
import { readState } from "../../src/deploy/state";
import { removeTornAttributes } from "../../src/deploy/torn-attributes";
import type { PipelineEntry } from "../../src/model/define";
import { kubectl } from "./kubernetes";
import { NAMESPACE, type Scene } from "./scene";

/** Number of new pipelines of a killed update, and the share of them that exists when it is killed. */
const MOMENTS: readonly (readonly [number, readonly number[]])[] = [
  [1, [0, 1]],
  [40, [0, 0.1, 0.3, 0.6, 0.9]],
  [Number(process.env["E2E_MANY"] ?? 120), [0.1, 0.5, 0.9]],
];

/** Updates that are killed midway and then continued. */
export function testInterrupted(scene: () => Scene): void {
  for (const [count, shares] of MOMENTS) {
    for (const share of shares) {
      test(`interrupted update: ${count} new pipelines are completed after a kill with ${Math.round(share * 100)}% of them created`, async (context) => {
        const { stack, entries } = scene();
        const added = manyOf(entries, count, `many${count}-${Math.round(share * 100)}`);
        stack.setPipelines([...entries, ...added]);
        const wasKilled = await stack.killedUp(() => created(added, Math.floor(share * count)));
        removeTornAttributes(stack.engine.backend, "tapctl", stack.engine.name);
        const pending = pendingCreates(readState(stack.engine)).length;
        if (pending > 0) await plainUpNamesRecovery(scene());
        recoverStack(scene());
        await stack.up();
        const { unchanged, ...changed } = await stack.up();
        assert.deepEqual(changed, {});
        assert.ok(unchanged);
        const live = names();
        for (const { name } of added) assert.ok(live.includes(name), name);
        context.diagnostic(
          `${wasKilled ? "killed" : "ended before"}, ${pending} creates were pending`,
        );
        stack.setPipelines(entries);
        await stack.up();
      });
    }
  }

  test("interrupted update: an object of another owner is neither adopted nor changed", async () => {
    const { stack, entries } = scene();
    const [theirs] = manyOf(entries, 1, "theirs");
    assert.ok(theirs);
    stack.setPipelines([...entries, theirs]);
    kubectl(
      ["create", "-f", "-"],
      JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "CronWorkflow",
        metadata: { name: theirs.name, namespace: NAMESPACE, labels: { owner: "ada" } },
        spec: {
          schedules: ["0 0 1 1 *"],
          suspend: true,
          workflowSpec: { entrypoint: "a", templates: [{ name: "a", suspend: {} }] },
        },
      }),
    );
    const refused = await stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /already exists/);
    assert.match(refused.text, /npx tapctl recover --stack e2e/);
    recoverStack(scene());
    assert.match(
      kubectl([
        "get",
        "cronworkflow",
        theirs.name,
        "-n",
        NAMESPACE,
        "-o",
        "jsonpath={.metadata.labels.owner}",
      ]),
      /ada/,
    );
    kubectl(["delete", "cronworkflow", theirs.name, "-n", NAMESPACE]);
    stack.setPipelines(entries);
    await stack.up();
  });
}

function recoverStack({ stack: { engine }, context }: Scene): void {
  requireUnlocked(engine);
  recover({ engine, state: readState(engine), context, namespace: NAMESPACE });
}

/** Plain `pulumi up` after it: either it completes, or its error names the command that repairs the state. */
async function plainUpNamesRecovery({ stack }: Scene): Promise<void> {
  requireUnlocked(stack.engine);
  const { code, text } = await stack.run(["up", "--yes", "--skip-preview"]);
  if (code !== 0) assert.match(text, /npx tapctl recover --stack e2e/);
}

function manyOf(
  entries: readonly PipelineEntry[],
  count: number,
  prefix: string,
): readonly PipelineEntry[] {
  const job = entries.find(({ name }) => name === "tidy");
  assert.ok(job);
  return Array.from({ length: count }, (_, number) => ({ ...job, name: `${prefix}-${number}` }));
}

/** Waits until so many of the pipelines exist. */
async function created(entries: readonly PipelineEntry[], count: number): Promise<void> {
  const wanted = new Set(entries.map(({ name }) => name));
  // The engine and its program need a moment before the first create.
  if (count === 0) return void (await pause(4_000));
  while (names().filter((name) => wanted.has(name)).length < count) await pause(200);
}

function names(): readonly string[] {
  return kubectl([
    "get",
    "cronworkflows",
    "-n",
    NAMESPACE,
    "-o",
    'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}',
  ]).split("\n");
}
