import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { storePolicy, type StoreAccess } from "../../../components/aws/store-policy";
import { requestKey, stateKey } from "../../../src/store/keys";
import { startMinio, withoutMinio } from "../../support/minio-server";
import type { S3Server } from "../../support/s3-server";

const BUCKET = "etl";
const RUN = "20261123T081502Z-4f2a9c";
const place = { bucket: BUCKET, region: "us-east-1" };

describe("role policies on MinIO", { skip: withoutMinio }, () => {
  let server: S3Server;
  let own: S3Client;
  let shared: S3Client;

  /** A client with temporary credentials, which may do what the policy allows. */
  async function clientOf(access: StoreAccess): Promise<S3Client> {
    const config = { endpoint: server.endpoint, region: place.region };
    const { Credentials: given } = await new STSClient(config).send(
      new AssumeRoleCommand({
        RoleArn: "arn:aws:iam::000000000000:role/any",
        RoleSessionName: "pods",
        Policy: JSON.stringify(storePolicy(access)),
        DurationSeconds: 900,
      }),
    );
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    return new S3Client({ ...config, credentials, forcePathStyle: true });
  }

  before(async () => {
    server = await startMinio();
    await server.makeBucket(BUCKET);
    shared = await clientOf(place);
    own = await clientOf({ ...place, pipeline: { name: "orders", formerName: "sales" } });
    for (const pipeline of ["orders", "payroll", "sales"]) await put(shared, stateKey(pipeline));
  });
  after(() => server.stop());

  const put = (client: S3Client, Key: string) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "{}" }));
  const get = (client: S3Client, Key: string) =>
    client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  const isDenied = { name: "AccessDenied" };
  const isMissing = { name: "NoSuchKey" };

  test("role policy on MinIO: pods can read and write their own objects", async () => {
    await put(own, stateKey("orders"));
    await put(own, `runs/orders/${RUN}/tap.log`);
    await get(own, stateKey("orders"));
    await get(own, stateKey("sales"));
    await get(shared, stateKey("payroll"));
  });

  test("role policy on MinIO: a pipeline with its own role cannot access any other", async () => {
    await assert.rejects(get(own, stateKey("payroll")), isDenied);
    await assert.rejects(put(own, stateKey("payroll")), isDenied);
    await assert.rejects(put(own, stateKey("sales")), isDenied);
    await assert.rejects(put(own, "smoke-test/x.txt"), isDenied);
    await assert.rejects(get(own, requestKey("payroll", RUN)), isDenied);
  });

  test("role policy on MinIO: pods cannot delete, or write configs and the marker of the cluster", async () => {
    for (const client of [own, shared]) {
      await assert.rejects(
        client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: stateKey("orders") })),
        isDenied,
      );
      await assert.rejects(put(client, "configs/orders/tap-config.json"), isDenied);
      await assert.rejects(put(client, "cluster.json"), isDenied);
    }
  });

  test("role policy on MinIO: missing objects are reported as missing, which Argo's optional artifacts need", async () => {
    for (const key of [
      "state/orders/overlay.json",
      stateKey("none"),
      "none",
      requestKey("orders", RUN),
      "configs/orders/tap-config.json",
    ])
      await assert.rejects(get(own, key), isMissing);
    for (const key of ["none", requestKey("payroll", RUN)])
      await assert.rejects(get(shared, key), isMissing);
    for (const Prefix of ["state/orders/history/", "state/none/history/"])
      assert.equal(
        (await own.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }))).KeyCount,
        0,
      );
  });
});
