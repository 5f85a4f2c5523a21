/** `tapctl schema`, and where changes of schemas are shown. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { showProgress } from "../../src/cli/progress";
import { runPipeline } from "../../src/run/run";
import { fakeContext, fakePipeline, temporaryFolder } from "../run/support";
import { cliEnvironment, makeProject, tapctl } from "./support";

const ARRAY = `[{ name: "events", schedule: "@daily", tap: c.tapExchangeRatesApi({ base_url: "http://localhost" }), target: c.targetJsonl({}) }]`;
const TEXT = { type: ["null", "string"] };

test("schema: a changed column is shown wherever the run is, compared, accepted and exported", async (t) => {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const output = new PassThrough();
  const progress = showProgress({
    output: output as unknown as NodeJS.WriteStream,
    verbose: false,
  });
  const run = (columns: object, policy: "load" | "fail", rows: number) =>
    runPipeline(
      { ...context, onEvent: (event) => progress.show(event) },
      fakePipeline(folder, { rows, columns: columns as never }, {}, { onSchemaChange: policy }),
    );
  const root = makeProject(t, ARRAY);
  const env = { ...cliEnvironment(), TAPCTL_STORE: join(folder, "store") };
  const command = (...args: readonly string[]) => tapctl(root, args, { env });
  const show = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await command(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  const none = await command("schema", "events");
  assert.equal(none.code, 2);
  assert.match(none.stderr, /No schemas of "events" are saved: it has not run successfully yet/);

  const first = await run({}, "load", 5);
  await run({ discount: TEXT }, "load", 10);
  const change = /events: column discount added \(string\|null\)/;
  assert.match(String(output.read()), change);
  for (const args of [
    ["runs", "events"],
    ["status"],
    ["status", "events"],
    ["schema", "events", "--diff", first.run],
  ])
    assert.match((await show(...args)).replace(/events {2,}column/, "events: column"), change);
  const file = join(root, "report.html");
  await show("report", "--out", file);
  assert.match(readFileSync(file, "utf8"), change);

  assert.match(
    await show("schema", "events"),
    /events {2}discount {2}string\|null\n +id +integer +key/,
  );
  assert.match(await show("schema", "events", "--accept"), /nothing to accept/);
  await show("schema", "events", "--export", "contracts/events.json");
  assert.deepEqual(JSON.parse(readFileSync(join(root, "contracts/events.json"), "utf8")), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "events",
    type: "object",
    properties: { discount: { type: ["string", "null"] }, id: { type: "integer" } },
    required: ["id"],
    "x-key-properties": ["id"],
  });

  const early = makeProject(
    t,
    ARRAY.replace(
      "}) }]",
      '}), streams: [{ stream: "events", contract: "contracts/events.json" }] }]',
    ),
  );
  const exported = await tapctl(early, ["schema", "events", "--export", "contracts"], { env });
  assert.deepEqual([exported.code, exported.stdout], [0, "events: contracts/events.json\n"]);

  assert.equal((await run({}, "fail", 15)).status, "failed");
  assert.match(
    await show("schema", "events", "--accept"),
    /accepted the schemas of run .*\n {2}events: column discount removed/,
  );
  assert.equal((await run({}, "fail", 15)).status, "succeeded");
});
