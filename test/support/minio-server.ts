import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Server } from "./s3-server";

const PROGRAM = process.env.TAPCTL_TEST_MINIO ?? "minio";
const USER = "tapctl-test";
const PASSWORD = "tapctl-test-password";
const PAUSE_MS = 100;
const TRIES = 300;

/** Why the tests with MinIO are skipped; false if `minio` is on PATH or TAPCTL_TEST_MINIO names it. */
export const withoutMinio: string | false =
  spawnSync(PROGRAM, ["--version"]).status === 0
    ? false
    : "no minio on PATH, and TAPCTL_TEST_MINIO names none";

/** Starts MinIO with an empty folder on a free port, and sets credentials for it in this process. */
export async function startMinio(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-minio-"));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    PROGRAM,
    ["server", folder, "--address", address, "--console-address", "127.0.0.1:0", "--quiet"],
    {
      stdio: "ignore",
      env: {
        ...process.env,
        MINIO_ROOT_USER: USER,
        MINIO_ROOT_PASSWORD: PASSWORD,
        MINIO_UPDATE: "off",
      },
    },
  );
  const ended = once(child, "exit");
  const stopWithProcess = () => child.kill("SIGKILL");
  process.once("exit", stopWithProcess);
  const endpoint = `http://${address}`;
  await untilItAnswers(`${endpoint}/minio/health/ready`);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: USER,
    AWS_SECRET_ACCESS_KEY: PASSWORD,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
  return {
    endpoint,
    makeBucket: async (name) => {
      await new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true }).send(
        new CreateBucketCommand({ Bucket: name }),
      );
    },
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
      process.off("exit", stopWithProcess);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await pause(PAUSE_MS);
  }
  throw new Error(`${PROGRAM} did not answer at ${url}`);
}

/** MinIO does not report its port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
