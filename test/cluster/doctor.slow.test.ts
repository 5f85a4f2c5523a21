import assert from "node:assert/strict";
import { test } from "node:test";
import { readFacts } from "../../src/cluster/doctor/read-facts";
import { tapRestApi, targetJsonl } from "../../connectors";
import type { PipelineEntry } from "../../src/model/define";
import { openS3 } from "../../src/store/s3";
import { artifactRepository } from "../../src/manifests/argo/artifact-repository";
import { startS3Server } from "../support/s3-server";
import { standIn } from "./support";

const ORDERS: PipelineEntry = {
  name: "orders",
  schedule: "0 6 * * *",
  tap: tapRestApi({ api_url: "http://127.0.0.1:9" }),
  target: targetJsonl({}),
};

test("doctor: an unreadable state is reported, and the content of a missing bucket is not reported as valid", async (t) => {
  const { api, connect } = await standIn(t);
  const server = await startS3Server();
  t.after(() => server.stop());
  const look = async (bucket: string) => {
    const endpoint = new URL(server.endpoint).host;
    api.put("configmaps", {
      metadata: { name: "artifact-repositories", namespace: "pipelines" },
      data: {
        singer: artifactRepository({
          name: bucket,
          endpoint,
          insecure: true,
          secret: "object-store",
          addressing: "path",
        }),
      },
    });
    return readFacts(await connect(), [ORDERS]);
  };
  api.put("secrets", {
    metadata: { name: "object-store", namespace: "pipelines" },
    data: { accessKey: "a2V5", secretKey: "a2V5" },
  });
  await server.makeBucket("tests");
  await openS3({ bucket: "tests", endpoint: server.endpoint }).put("state/orders/state.json", "{");
  const { bucket: there, states: read } = await look("tests");
  assert.equal(there.ok && there.value.is, "there");
  assert.match(
    JSON.stringify(read),
    /"orders","unreadable":"state\/orders\/state\.json in .* is not JSON\."/,
  );
  const { bucket, states, configs } = await look("gone");
  assert.deepEqual(bucket, { ok: true, value: { name: "gone", is: "missing", inCluster: false } });
  assert.deepEqual([states.ok, configs.ok], [false, false]);
});
