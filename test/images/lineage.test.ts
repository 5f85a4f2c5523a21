import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { z } from "zod";
import { backend, type Backend } from "./lineage/backend";
import {
  environment,
  eventsOf,
  FILES,
  ofRun,
  PARENT,
  replicate,
  RUN,
  source,
  STARTED,
} from "./lineage/workflow-run";
import { inWorkspace, PYTHON, request, RUNNER, start, type Fields } from "./support";

const schema = z.fromJSONSchema(
  JSON.parse(
    readFileSync(
      join(process.cwd(), "test", "images", "lineage", "openlineage.schema.json"),
      "utf8",
    ),
  ) as Parameters<typeof z.fromJSONSchema>[0],
);

function assertValid({ events }: Backend): void {
  for (const { body } of events)
    assert.equal(schema.safeParse(body).error, undefined, JSON.stringify(body, null, 2));
}

suite("lineage", () => {
  test("lineage: a run sends START and COMPLETE with its datasets, columns and row counts", (t) =>
    inWorkspace(async (space) => {
      const received = await eventsOf(t, space, "commit");
      assertValid(received);
      const [first, last] = received.events.map(({ body }) => body);
      assert.deepEqual(
        [first?.eventType, first?.eventTime, last?.eventType],
        ["START", STARTED, "COMPLETE"],
      );
      assert.equal(first?.run.runId, last?.run.runId);
      assert.deepEqual(
        [last?.job.namespace, last?.job.name, last?.run.facets["parent"]?.["run"]],
        ["prod", "orders", { runId: PARENT }],
      );
      assert.deepEqual(first?.job.facets["ownership"]?.["owners"], [{ name: "data <team>" }]);
      const [input] = last?.inputs ?? [];
      const [output] = last?.outputs ?? [];
      assert.deepEqual(
        [input?.namespace, input?.name, output?.namespace, output?.name],
        ["postgres://shop-db:5432", "shop.public.orders", "postgres://dwh:5433", "dwh.raw.orders"],
      );
      assert.deepEqual([last?.inputs.length, last?.outputs.length], [1, 2]);
      assert.deepEqual(input?.facets["schema"]?.["fields"], [
        { name: "id", type: "integer" },
        { name: "at", type: "date-time" },
        { name: "note", type: "string" },
      ]);
      assert.equal(output?.outputFacets?.["outputStatistics"]?.["rowCount"], 3);
      assert.deepEqual(
        received.events.map(({ path, authorization }) => [path, authorization]),
        [
          ["/api/v1/lineage", "Bearer key"],
          ["/api/v1/lineage", "Bearer key"],
        ],
      );
    }));

  test("lineage: a run that failed sends FAIL with its error, and one that was stopped ABORT", (t) =>
    inWorkspace(async (space) => {
      const failed = await eventsOf(t, space, "failed");
      assertValid(failed);
      const event = failed.events.at(-1)?.body;
      assert.equal(event?.eventType, "FAIL");
      assert.equal(
        event?.run.facets["errorMessage"]?.["message"],
        'load: main: Error (exit code 11): "orders"  broke',
      );
      const stopped = await eventsOf(t, space, "stopped");
      assert.equal(stopped.events.at(-1)?.body.eventType, "ABORT");
    }));

  test("lineage: the extract and the files of a target are datasets of the bucket, with the run as version", (t) =>
    inWorkspace(async (space) => {
      const received = await eventsOf(t, space, "commit", { target: FILES });
      assertValid(received);
      const [files, extract] = received.events.at(-1)?.body.outputs ?? [];
      for (const [dataset, name] of [
        [files, "runs/orders/output.tar.gz/public-orders"],
        [extract, "runs/orders/extract.jsonl"],
      ] as const)
        assert.deepEqual(
          [dataset?.namespace, dataset?.name, dataset?.facets["version"]?.["datasetVersion"]],
          ["s3://singer", name, RUN],
        );
      assert.equal(files?.outputFacets?.["outputStatistics"]?.["rowCount"], 3);
      assert.ok(Number(extract?.outputFacets?.["outputStatistics"]?.["size"]) > 100);
    }));

  test("lineage: the input of a run that loads a stored extract again is that extract", (t) =>
    inWorkspace(async (space) => {
      const extract = "runs/orders/20261122T081502Z-000000/extract-1.jsonl";
      const received = await eventsOf(t, space, "replayed", { extract });
      assertValid(received);
      // The commit has sent nothing: Argo starts the exit handler's summary for each such run.
      assert.deepEqual(
        received.events.map(({ body }) => body.eventType),
        ["START", "COMPLETE"],
      );
      const end = received.events.at(-1)?.body;
      assert.deepEqual(
        end?.inputs.map(({ namespace, name, facets }) => [
          namespace,
          name,
          facets["version"]?.["datasetVersion"],
        ]),
        [["s3://singer", "runs/orders/extract.jsonl", "20261122T081502Z-000000"]],
      );
      assert.deepEqual(
        end.outputs.map(({ name }) => name),
        ["dwh.raw.orders"],
      );
    }));

  for (const [what, planned, expected] of [
    [
      "its schedule, in UTC",
      { scheduled: "2026-11-23T09:15:00+01:00" },
      ["2026-11-23T08:15:00Z", undefined],
    ],
    [
      "the days of a backfill, whose end is known",
      { scheduled: "{{workflow.scheduledTime}}", window: "2026-01-01/2026-02-01" },
      ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"],
    ],
    [
      "none if it was started by hand",
      { scheduled: "{{workflow.scheduledTime}}", window: "" },
      [undefined, undefined],
    ],
  ] as const)
    test(`lineage: the nominal time of a run is ${what}`, (t) =>
      inWorkspace(async (space) => {
        const received = await eventsOf(t, space, "commit", { planned });
        assertValid(received);
        assert.equal(received.events.length, 2);
        for (const { body } of received.events) {
          const facet = body.run.facets["nominalTime"];
          assert.deepEqual([facet?.["nominalStartTime"], facet?.["nominalEndTime"]], expected);
        }
      }));

  test("lineage: results hold neither places nor columns if no backend is set", () =>
    inWorkspace(async (space) => {
      await replicate(space, {});
      assert.ok(!space.text("tap-result.json").includes("lineage"));
      await replicate(space, { TAPCTL_LINEAGE: "true" });
      assert.ok(space.text("tap-result.json").includes("lineage"));
      assert.ok(!space.text("tap-result.json").includes("hush-hush"));
    }));

  for (const [what, status, expected] of [
    ["rejects the event", 422, "HTTP 422"],
    ["is not reachable", 0, "connection failed: Connection refused"],
  ] as const)
    test(`lineage: a backend that ${what} is reported once, and the step succeeds`, (t) =>
      inWorkspace(async (space) => {
        const received = await backend(t, status || 200);
        const url = status ? received.url : "http://127.0.0.1:1";
        await replicate(space, { TAPCTL_LINEAGE: "true" });
        const { code, stderr } = await start(
          [
            request("commit", ofRun(space), {
              candidate: space.path("candidate.json"),
              output: space.path("committed.json"),
              tapOutcome: "complete",
            }),
          ],
          { env: { ...environment(received), OPENLINEAGE_URL: url } },
        ).ended;
        assert.deepEqual(
          [code, stderr, received.events.length],
          [0, `runner | lineage: COMPLETE was not delivered: ${expected}\n`, status ? 1 : 0],
        );
      }));

  test("lineage: OPENLINEAGE_DISABLED turns it off", (t) =>
    inWorkspace(async (space) => {
      const received = await backend(t);
      const fields = { pipeline: "orders", run: RUN, started: STARTED } as Fields;
      const env = { ...environment(received), OPENLINEAGE_DISABLED: "true" };
      assert.equal((await start([request("lineage", fields)], { env }).ended).code, 0);
      assert.ok(space.dir && received.events.length === 0);
    }));
});

/** Connector, settings, folder of outputs, stream, and the dataset. */
const NAMES: readonly (readonly [string, object, string | null, string, string])[] = [
  ["tap-postgres", source, null, "public-orders", "postgres://shop-db:5432 shop.public.orders"],
  ["tap-postgres", source, null, "sales-eu-orders", "postgres://shop-db:5432 shop.sales.eu-orders"],
  [
    "target-postgres",
    { sqlalchemy_url: "postgresql://u:p@dwh:5433/db?sslmode=require" },
    null,
    "orders",
    "postgres://dwh:5433 db.public.orders",
  ],
  [
    "target-postgres",
    { host: "dwh", database: "d", default_target_schema: "raw" },
    null,
    "public-orders",
    "postgres://dwh:5432 d.raw.orders",
  ],
  [
    "tap-mysql",
    { host: "m", port: 3307, database: "shop" },
    null,
    "shop-orders",
    "mysql://m:3307 shop.orders",
  ],
  ["tap-mssql", { host: "m", database: "d" }, null, "dbo-a", "sqlserver://m:1433 d.dbo.a"],
  [
    "target-snowflake",
    { account: "org-acc", database: "D", schema: "S" },
    null,
    "a-b",
    "snowflake://org-acc D.S.b",
  ],
  ["target-bigquery", { project: "p", dataset: "d" }, null, "s-t", "bigquery p.d.t"],
  ["target-duckdb", { path: "/data/w.duckdb" }, null, "a", "duckdb:///data/w.duckdb w.main.a"],
  ["target-jsonl", {}, "/srv/out", "a-b", "file /srv/out/a-b"],
  ["target-jsonl", {}, "s3://lake/raw/", "a-b", "s3://lake raw/a-b"],
  ["target-s3-csv", { s3_bucket: "lake", s3_key_prefix: "in/" }, null, "a", "s3://lake in/a"],
  ["target-gcs", { bucket_name: "lake" }, null, "a", "gs://lake a"],
  [
    "tap-rest-api",
    { api_url: "https://user:pw@api.example.com:8443/v1?token=x" },
    null,
    "users",
    "https://api.example.com:8443 users",
  ],
  ["tap-postgres", { host: "h" }, null, "a", "None"],
  ["tap-github", { token: "x" }, null, "a", "None"],
];

test("datasets: names follow the naming specification and hold no credentials", () => {
  const script = `import json, sys
sys.path.insert(0, ${JSON.stringify(join(RUNNER, ".."))})
from runner.datasets import dataset, place_of
for name, config, folder, stream, _ in json.load(sys.stdin):
    place = place_of(name, config, folder)
    found = dataset(place, stream) if place else None
    print(found and found["namespace"] + " " + found["name"])`;
  const printed = execFileSync(PYTHON, ["-B", "-c", script], {
    input: JSON.stringify(NAMES),
    encoding: "utf8",
  });
  assert.deepEqual(
    printed.trim().split("\n"),
    NAMES.map(([, , , , expected]) => expected),
  );
});
