import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runIdOf } from "../../src/cluster/run-id";
import { stringifyJson, toJsonText } from "../../src/common/json";
import { stateKey } from "../../src/store/keys";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { startKubernetesApi, type KubernetesApi } from "../support/kubernetes-api";
import { manyName } from "./many-pipelines";

/** A fake cluster with its object store, served over HTTP by this process. */
export interface SampleCluster {
  readonly api: KubernetesApi;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
/**
 * Of managed fields, which the API sends with each object's metadata: about as many bytes as a run
 * of three steps has.
 */
const MANAGED_FIELDS = [
  {
    manager: "workflow-controller",
    operation: "Update",
    fieldsType: "FieldsV1",
    fieldsV1: Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `f:status.nodes.pipeline-${index}`,
        { "f:phase": {}, "f:finishedAt": {} },
      ]),
    ),
  },
];

/**
 * Starts a cluster of hourly pipelines with some runs each; every tenth pipeline's last run has
 * failed.
 */
export async function startSampleCluster(pipelines: number, runs: number): Promise<SampleCluster> {
  const api = await startKubernetesApi();
  const bucket = new Map<string, string>();
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  for (let number = 0; number < pipelines; number += 1) {
    const name = manyName(number);
    const labels = { "tapctl.dev/pipeline": name, "app.kubernetes.io/managed-by": "tapctl" };
    const metadata = {
      name,
      namespace: "pipelines",
      uid: `${name}-uid`,
      creationTimestamp: new Date(now - 90 * 24 * HOUR_MS).toISOString(),
      labels,
    };
    api.put("cronworkflows", {
      metadata,
      spec: {
        schedules: ["0 * * * *"],
        timezone: "Europe/Berlin",
        workflowSpec: {
          workflowTemplateRef: { name: "singer-artifact" },
          arguments: { parameters: [{ name: "pipeline", value: name }] },
        },
      },
    });
    for (let run = 0; run < runs; run += 1) {
      const failed = run === 0 && number % 10 === 0;
      const creationTimestamp = new Date(now - run * HOUR_MS).toISOString().replace(".000Z", "Z");
      const uid = `${String(number).padStart(3, "0")}${String(run).padStart(3, "0")}-0000-4000-8000-000000000000`;
      const phase = failed ? "Failed" : "Succeeded";
      const run_labels = {
        ...labels,
        "tapctl.dev/trigger": "schedule",
        "workflows.argoproj.io/phase": phase,
        "workflows.argoproj.io/completed": "true",
        "workflows.argoproj.io/cron-workflow": name,
      };
      api.put("workflows", {
        metadata: {
          name: `${name}-${now - run * HOUR_MS}`,
          namespace: "pipelines",
          uid,
          creationTimestamp,
          labels: run_labels,
          ...{ managedFields: MANAGED_FIELDS },
        },
      });
      const id = runIdOf({ creationTimestamp, uid });
      bucket.set(
        `/singer/runs/${name}/${id}/summary.json`,
        stringifyJson(summary(name, id, creationTimestamp, failed)),
      );
      if (run === 0) bucket.set(`/singer/${stateKey(name)}`, "{}");
    }
  }
  const store = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://store");
    const prefix = url.searchParams.get("prefix");
    if (prefix !== null) return void response.end(listing(bucket, prefix));
    const found = bucket.get(url.pathname);
    response
      .writeHead(found === undefined ? 404 : 200)
      .end(found ?? "<Error><Code>NoSuchKey</Code></Error>");
  });
  await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
  const s3 = {
    bucket: "singer",
    endpoint: `127.0.0.1:${(store.address() as AddressInfo).port}`,
    insecure: true,
    addressingStyle: "path",
    accessKeySecret: { name: "object-store", key: "accessKey" },
    secretKeySecret: { name: "object-store", key: "secretKey" },
  };
  const key = Buffer.from("key").toString("base64");
  api.put("configmaps", {
    metadata: { name: "artifact-repositories", namespace: "pipelines" },
    data: { singer: JSON.stringify({ s3 }) },
  });
  api.put("secrets", {
    metadata: { name: "object-store", namespace: "pipelines" },
    data: { accessKey: key, secretKey: key },
  });
  return {
    api,
    stop: async () => {
      store.closeAllConnections();
      store.close();
      await api.stop();
    },
  };
}

function listing(bucket: ReadonlyMap<string, string>, prefix: string): string {
  const runs = new Set(
    [...bucket.keys()]
      .filter((key) => key.startsWith(`/singer/${prefix}`))
      .map((key) => key.slice(`/singer/${prefix}`.length).split("/")[0] ?? ""),
  );
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${[...runs].map((run) => `<CommonPrefixes><Prefix>${prefix}${run}/</Prefix></CommonPrefixes>`).join("")}</ListBucketResult>`;
}

function summary(pipeline: string, run: string, started: string, failed: boolean): RunSummary {
  const connector = { name: "tap-postgres", version: "0.10.0" };
  return {
    version: 1,
    pipeline,
    run,
    mode: "artifact",
    trigger: "schedule",
    started,
    ended: started,
    seconds: 61,
    status: failed ? "failed" : "succeeded",
    code: failed ? 11 : 0,
    error: failed ? "the target failed" : null,
    warnings: [],
    attempts: { extract: 1, load: 1 },
    streams: [{ stream: "public-orders", records: 12_345 }],
    records: 12_345,
    bytes: 2_345_678,
    badLines: 0,
    tap: connector,
    target: connector,
    stateBefore: null,
    stateAfter: toJsonText({
      bookmarks: {
        "public-orders": { replication_key: "updated_at", replication_key_value: started },
      },
    }),
    stateCommitted: !failed,
    outputs: [],
    host: pipeline,
  };
}
