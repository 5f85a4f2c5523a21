import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { request, start, type Ended, type Fields, type Workspace } from "../support";
import { backend, type Backend } from "./backend";

export const RUN = "20261123T081502Z-4f2a9c";
export const STARTED = "2026-11-23T08:15:02Z";
export const PARENT = "0198c3a5-4c02-7d57-a0a1-8b7f1c2e3d4f";

const catalog = {
  streams: [
    {
      stream: "public-orders",
      tap_stream_id: "public-orders",
      schema: {
        properties: {
          id: { type: "integer" },
          at: { type: ["null", "string"], format: "date-time" },
          note: { type: ["string", "null"] },
          any: {},
        },
      },
      metadata: [{ breadcrumb: [], metadata: { selected: true } }],
    },
    {
      stream: "public-other",
      tap_stream_id: "public-other",
      schema: { properties: { id: { type: "integer" } } },
      metadata: [{ breadcrumb: [], metadata: { selected: false } }],
    },
  ],
};

/** As the tap sends it: with a column less than the catalog has. */
const schemaMessage = `${JSON.stringify({
  type: "SCHEMA",
  stream: "public-orders",
  key_properties: ["id"],
  schema: {
    properties: {
      id: { type: "integer" },
      at: { type: ["null", "string"], format: "date-time" },
      note: { type: ["string", "null"] },
    },
  },
})}\n`;

/** A target that writes files. */
export const FILES = "target-files";

export const source = { host: "shop-db", user: "etl", password: "hush-hush", database: "shop" };
const destination = { host: "dwh", port: 5433, database: "dwh", default_target_schema: "raw" };

/**
 * Extracts and loads three records as a step of a Workflow does.
 *
 * @param target name of the target; one that writes files has `target-files`.
 */
export async function replicate(
  space: Workspace,
  env: NodeJS.ProcessEnv,
  target = "target-postgres",
): Promise<void> {
  const steps = [
    ["raw", schemaMessage],
    ["records", "public-orders", 1, 3],
    ["state", { at: 3 }],
  ];
  const run = (command: "extract" | "load", ...fields: readonly Fields[]): Promise<Ended> =>
    start([request(command, { directory: space.dir }, ...fields)], { env }).ended;
  const extracted = await run("extract", {
    tapConnector: space.connector("tap", { name: "tap-postgres" }),
    tapConfig: space.write("tap-config.json", { steps, ...source }),
    catalog: space.write("catalog.json", catalog),
    result: space.path("tap-result.json"),
    outcome: space.path("outcome"),
  });
  assert.equal(extracted.code, 0, extracted.stderr);
  const loaded = await run("load", {
    targetConnector: space.connector("target", {
      name: target,
      ...(target === FILES && { outputSetting: "folder" }),
    }),
    targetConfig: space.write("target-config.json", { out: space.path("out.txt"), ...destination }),
    ...(target === FILES && { outputDirectory: space.path("output") }),
    result: space.path("target-result.json"),
    outcome: space.path("target-outcome"),
    identity: space.write("identity.json", {
      pipeline: "orders",
      tap: "tap-postgres",
      target: "target-postgres",
      destination: "0123456789abcdef",
    }),
    run: RUN,
  });
  assert.equal(loaded.code, 0, loaded.stderr);
}

export function ofRun(space: Workspace): Fields {
  return {
    pipeline: "orders",
    run: RUN,
    mode: "artifact",
    trigger: "schedule",
    started: STARTED,
    workflow: "orders-x7",
    tapResult: space.path("tap-result.json"),
    targetResult: space.path("target-result.json"),
  };
}

export function environment({ url }: Backend): NodeJS.ProcessEnv {
  return {
    OPENLINEAGE_URL: `${url}/\n`,
    OPENLINEAGE_NAMESPACE: "prod",
    OPENLINEAGE_API_KEY: "key",
    OPENLINEAGE_PARENT_ID: `airflow/daily.load/${PARENT}`,
    TAPCTL_STORE: "s3://singer",
    no_proxy: "127.0.0.1",
  };
}

/** What the requests of a run of a Workflow differ in. */
export interface RunArgs {
  /** What the run was planned for. */
  readonly planned?: { readonly scheduled?: string; readonly window?: string };
  /** Key of the extract that it loads again. */
  readonly extract?: string;
  readonly target?: string;
}

/** The events of a run of a Workflow whose steps end in this way. */
export async function eventsOf(
  t: TestContext,
  space: Workspace,
  end: "commit" | "replayed" | "failed" | "stopped",
  { planned, extract = "none", target }: RunArgs = {},
): Promise<Backend> {
  const received = await backend(t);
  const env = environment(received);
  const started = {
    pipeline: "orders",
    run: RUN,
    started: STARTED,
    owner: "data <team>",
    ...planned,
  };
  const start1 = await start([request("lineage", started)], { env }).ended;
  assert.deepEqual([start1.code, start1.stderr], [0, ""]);
  await replicate(space, env, target);
  const run = { ...ofRun(space), ...planned, extract };
  const common = { ...run, summary: space.path("summary.json") };
  const committed = request("commit", common, {
    candidate: space.path("candidate.json"),
    output: space.path("committed.json"),
    tapOutcome: "complete",
  });
  const summary = request("summary", run, {
    status: end === "replayed" ? "Succeeded" : "Failed",
    output: space.path("summary.json"),
    committed: space.path(end === "replayed" ? "summary.json" : "none.json"),
  });
  const steps = {
    commit: [committed],
    replayed: [committed, summary],
    failed: [summary],
    stopped: [summary],
  };
  const message =
    end === "stopped"
      ? "Stopped with strategy 'Stop'"
      : 'main: Error (exit code 11): "orders" \u0000 broke';
  const failures = JSON.stringify(
    JSON.stringify([{ displayName: "load", message, phase: "Failed" }]),
  );
  for (const step of steps[end]) {
    const ended = await start([step], {
      env: { ...env, FAILURES: Buffer.from(failures).toString("base64") },
    }).ended;
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  }
  return received;
}
