import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { destroy } from "../../deploy/destroy";
import { releaseDeadLock } from "../../deploy/lock";
import { objectsOf, urnsOf } from "../../deploy/pipeline-objects";
import { savesSteps, type Engine } from "../../deploy/pulumi";
import { update } from "../../deploy/update";
import { UserError } from "../../errors";
import type { PipelineEntry } from "../../pipelines/define";
import { pipelines } from "../components/fixtures";

/** What the stand-ins of the engine and of the cluster have at first. */
interface World {
  /** Names of pipelines whose objects the state has. */
  readonly recorded?: readonly string[];
  /** Objects that the cluster has. */
  readonly live?: readonly string[];
  /** Objects that an update which was cut off noted down. */
  readonly unfinished?: readonly string[];
  /** URNs of what is made anew. */
  readonly again?: readonly string[];
  /** Shell that runs at each `pulumi up`, with its arguments in `$*`. */
  readonly up?: string;
}

/** Updates a stack of stand-ins for `pulumi` and `kubectl`; what they were called with, a line a call. */
async function run(t: TestContext, entries: readonly PipelineEntry[], { recorded = [], live = [], unfinished, up = "", again = [] }: World, backend = "file:///state"): Promise<{ readonly calls: readonly string[]; readonly input: string; readonly error: unknown }> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-update-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const resources = recorded.map((name) => ({ type: "kubernetes:argoproj.io/v1alpha1:CronWorkflow", id: `pipelines/${name}` }));
  writeFileSync(join(folder, "state"), JSON.stringify({ deployment: { resources } }));
  writeFileSync(join(folder, "live"), live.map((key) => `${key}\n`).join(""));
  writeFileSync(join(folder, "note"), unfinished ? JSON.stringify({ data: { objects: unfinished.join("\n") } }) : "");
  program(folder, "pulumi", `case "$*" in *"stack export"*) while [ "$1" != --file ]; do shift; done; cat "${folder}/state" > "$2";; "up "*) echo "skips: $PULUMI_SKIP_CHECKPOINTS, platform only: $TAPCTL_PLATFORM_ONLY" >> "${folder}/calls"; ${up} :;; esac`);
  program(folder, "kubectl", `case "$*" in *"get configmap"*) cat "${folder}/note";; *"get cronworkflows"*) cat "${folder}/live";; *"-f -"*) cat >> "${folder}/input";; esac`);
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  const engine: Engine = { command: ["pulumi"], env: { ...process.env }, stack: ["--stack", "dev"], places: [], name: "dev", backend };
  const error: unknown = await update({ engine, cluster: { context: "kind-a", namespace: "pipelines" }, entries, yes: true, again, refresh: true, root: folder }).then(() => undefined, (reason: unknown) => reason);
  process.env["PATH"] = path;
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "");
  return { calls: read("calls").split("\n").filter((line) => line !== ""), input: read("input"), error };
}

function program(folder: string, name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** A kind of call by its first words and what it is about. */
function kinds(calls: readonly string[]): readonly string[] {
  return calls.flatMap((call) => {
    if (call.startsWith("pulumi up")) return [/--exclude/.test(call) ? "up all but pipelines" : /--target/.test(call) ? "up new" : "up"];
    if (call === "skips: true, platform only: ") return ["no checkpoints"];
    if (call === "skips: , platform only: true") return ["platform only"];
    return [/ apply /.test(call) && "note", /delete configmap/.test(call) && "forget", /delete --cascade/.test(call) && "undo"].filter((one) => one !== false);
  });
}

const [kind] = pipelines as readonly [PipelineEntry];
const many = Array.from({ length: 60 }, (_, number) => ({ ...kind, name: `orders-${number}` }));
const few = many.slice(0, 3);

test("few new pipelines are one update with a saved state after each step", async (t) => {
  const { calls, error } = await run(t, few, {});
  assert.equal(error, undefined);
  assert.deepEqual(kinds(calls), ["up"]);
});

test("a backend that saves steps needs no parts", async (t) => {
  const { calls } = await run(t, many, {}, "https://api.pulumi.com");
  assert.deepEqual(kinds(calls), ["up"]);
});

test("pipelines that are there already are not new", async (t) => {
  const { calls } = await run(t, many, { recorded: many.slice(0, 50).map(({ name }) => name) });
  assert.deepEqual(kinds(calls), ["up"]);
});

test("many new pipelines: what they run on first, then a note, then they alone without checkpoints", async (t) => {
  const { calls, input } = await run(t, many, {});
  assert.deepEqual(kinds(calls), ["up", "platform only", "note", "up new", "no checkpoints", "forget"]);
  const created = calls.find((call) => call.includes("--target")) ?? "";
  for (const entry of many) for (const urn of urnsOf(entry, "dev")) assert.ok(created.includes(`--target ${urn}`), urn);
  assert.equal(created.split("--target").length - 1, 180);
  const { data } = JSON.parse(input) as { readonly data: { readonly objects: string } };
  assert.deepEqual(data.objects.split("\n"), many.flatMap(objectsOf));
});

test("what is there before is not noted down as the update's own", async (t) => {
  const { input } = await run(t, many, { live: ["CronWorkflow/orders-7"] });
  assert.doesNotMatch(input, /CronWorkflow\/orders-7\\n/);
  assert.match(input, /Secret\/pipeline-orders-7\\n/);
});

test("beside pipelines that are there, the others are updated with checkpoints at the end", async (t) => {
  const { calls } = await run(t, [...many, { ...kind, name: "old" }], { recorded: ["old"] });
  assert.deepEqual(kinds(calls), ["up all but pipelines", "note", "up new", "no checkpoints", "up", "forget"]);
  assert.doesNotMatch(calls.find((call) => call.includes("--target")) ?? "", /::old /);
});

test("an update that fails half-way keeps its note", async (t) => {
  const { calls, error } = await run(t, many, { up: 'case "$*" in *--target*) exit 255;; esac;' });
  assert.ok(error instanceof UserError);
  assert.match(error.message, /goes on from there/);
  assert.deepEqual(kinds(calls), ["up", "platform only", "note", "up new", "no checkpoints"]);
});

test("after a cut-off update, what the state does not know is deleted, and nothing else", async (t) => {
  const { calls, input, error } = await run(t, few, {
    recorded: ["orders-0"],
    live: ["CronWorkflow/orders-0", "CronWorkflow/orders-1", "Secret/pipeline-orders-1", "CronWorkflow/of-somebody-else"],
    unfinished: ["CronWorkflow/orders-0", "CronWorkflow/orders-1", "Secret/pipeline-orders-1", "CronWorkflow/orders-2"],
  });
  assert.equal(error, undefined);
  assert.deepEqual(kinds(calls), ["up all but pipelines", "undo", "up", "forget"]);
  const { items } = JSON.parse(input) as { readonly items: readonly { readonly kind: string; readonly apiVersion: string; readonly metadata: { readonly name: string; readonly namespace: string } }[] };
  assert.deepEqual(items, [
    { apiVersion: "argoproj.io/v1alpha1", kind: "CronWorkflow", metadata: { name: "orders-1", namespace: "pipelines" } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "pipeline-orders-1", namespace: "pipelines" } },
  ]);
  assert.match(calls.find((call) => call.includes("delete --cascade")) ?? "", /--cascade=orphan/);
});

test("nothing is undone while another update has the stack locked", async (t) => {
  const { calls, error } = await run(t, few, { live: ["CronWorkflow/orders-1"], unfinished: ["CronWorkflow/orders-1"], up: "exit 255;" });
  assert.ok(error instanceof UserError);
  assert.deepEqual(kinds(calls), ["up", "platform only"]);
});

test("a cluster that does not answer stops the update before it starts", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-update-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  program(folder, "kubectl", "echo 'connection refused' >&2; exit 1");
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  const engine: Engine = { command: ["pulumi"], env: {}, stack: [], places: [], name: "dev", backend: "file:///state" };
  await assert.rejects(update({ engine, cluster: { context: "kind-a", namespace: "etl" }, entries: few, yes: true, again: [], refresh: true, root: folder }), /an unfinished update cannot be looked for in the namespace "etl": connection refused/);
  process.env["PATH"] = path;
});

test("Pulumi Cloud saves steps; files and buckets do not", () => {
  const engine = (backend: string): Engine => ({ command: ["pulumi"], env: {}, stack: [], places: [], name: "dev", backend });
  assert.deepEqual(["https://api.pulumi.com", "file:///state", "s3://bucket"].map((backend) => savesSteps(engine(backend))), [true, false, false]);
});

/** A file backend whose stack is locked by a process, with a stand-in for the engine. */
function locked(t: TestContext, pid: number, host: string): { readonly engine: Engine; readonly calls: () => string } {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const locks = join(folder, "state", ".pulumi", "locks", "organization", "tapctl", "dev");
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, "a.json"), JSON.stringify({ pid, hostname: host }));
  writeFileSync(join(locks, "a.json.attrs"), "{}");
  symlinkSync("/bin/sh", join(folder, "sh"));
  program(folder, "pulumi", "");
  const engine: Engine = { command: [join(folder, "pulumi")], env: process.env, stack: ["--stack", "dev"], places: [], name: "dev", backend: `file://${folder}/state` };
  return { engine, calls: () => (existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "") };
}

/** No system gives a process this number. */
const NOBODY = 2 ** 30;

test("the lock of a process of this machine that is gone is removed", (t) => {
  const { engine, calls } = locked(t, NOBODY, hostname());
  releaseDeadLock(engine, "tapctl");
  assert.equal(calls(), "pulumi cancel --stack dev --yes --non-interactive\n");
});

test("the lock of a process that runs stays, and so does that of another machine", (t) => {
  const running = locked(t, process.pid, hostname());
  releaseDeadLock(running.engine, "tapctl");
  const elsewhere = locked(t, NOBODY, "another-machine");
  releaseDeadLock(elsewhere.engine, "tapctl");
  assert.equal(running.calls() + elsewhere.calls(), "");
});

test("no lock, or a backend without files, is nothing to do", (t) => {
  const { engine, calls } = locked(t, NOBODY, hostname());
  releaseDeadLock({ ...engine, backend: "s3://bucket" }, "tapctl");
  releaseDeadLock(engine, "another-project");
  assert.equal(calls(), "");
});

for (const [count, backend, expected] of [
  [60, "file:///state", ["destroy pipelines", "destroy"]],
  [60, "https://api.pulumi.com", ["destroy"]],
  [3, "file:///state", ["destroy"]],
] as const) {
  test(`${count} pipelines in ${backend} are destroyed by: ${expected.join(", ")}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "tapctl-destroy-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const resources = many.slice(0, count).map(({ name }) => ({ type: "kubernetes:argoproj.io/v1alpha1:CronWorkflow", id: `pipelines/${name}` }));
    writeFileSync(join(folder, "state"), JSON.stringify({ deployment: { resources } }));
    program(folder, "pulumi", `case "$*" in *"stack export"*) while [ "$1" != --file ]; do shift; done; cat "${folder}/state" > "$2";; *) echo "skips: $PULUMI_SKIP_CHECKPOINTS" >> "${folder}/calls";; esac`);
    await destroy({ command: [join(folder, "pulumi")], env: process.env, stack: ["--stack", "dev"], places: [], name: "dev", backend }, folder);
    const calls = readFileSync(join(folder, "calls"), "utf8");
    const found = [...calls.matchAll(/^pulumi destroy (.*)\nskips: (.*)$/gm)].map(([, args = "", skips]) => {
      assert.equal(skips, args.includes("--target") ? "true" : "");
      return args.includes("--target") ? "destroy pipelines" : "destroy";
    });
    assert.deepEqual(found, expected);
  });
}
test("what has to be made anew is so in a run of its own, before all others and without a refresh", async (t) => {
  const again = ["urn:tap", "urn:target"];
  const first = "pulumi up --stack dev --target-replace urn:tap --target-replace urn:target --skip-preview --yes";
  const worlds: readonly (readonly [readonly PipelineEntry[], World])[] = [[few, { recorded: ["orders"], again }], [many, { recorded: ["orders"], again }]];
  for (const [entries, world] of worlds) {
    const ups = (await run(t, entries, world)).calls.filter((call) => call.startsWith("pulumi up"));
    assert.equal(ups[0], first);
    assert.ok(ups.length > 1 && ups.slice(1).every((call) => !call.includes("replace")), ups.join("\n"));
  }
});
