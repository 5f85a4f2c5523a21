import type { ObjectStore } from "../../src/store/object-store";
import { historyPrefix, runsPrefix, stateKey } from "../../src/store/keys";
import { openS3 } from "../../src/store/s3";
import { forward, get } from "./kubernetes";

/** The pipelines' data in the object store. */
export interface BucketView {
  /** A pipeline's saved state; undefined if there is none. */
  state(pipeline: string): Promise<unknown>;
  /** Keys of the states that its runs saved. */
  history(pipeline: string): Promise<readonly string[]>;
  /** Its runs, oldest first, with their files. */
  runs(
    pipeline: string,
  ): Promise<readonly { readonly run: string; readonly files: readonly string[] }[]>;
  /** The JSON of a key; undefined if there is none. */
  get(key: string): Promise<unknown>;
  /** Writes JSON under a key; undefined removes it. */
  put(key: string, value: unknown): Promise<void>;
  /** Ends the connection. */
  close(): void;
}

/** Opens the bucket of the cluster's MinIO with the pipelines' own keys. */
export async function openBucket(): Promise<BucketView> {
  const { data } = get<{
    readonly data: { readonly accessKey: string; readonly secretKey: string };
  }>("secret", "object-store", "pipelines");
  process.env["AWS_ACCESS_KEY_ID"] = Buffer.from(data.accessKey, "base64").toString();
  process.env["AWS_SECRET_ACCESS_KEY"] = Buffer.from(data.secretKey, "base64").toString();
  const tunnel = await forward("minio", 9000, "minio");
  const store = openS3({
    bucket: "singer",
    endpoint: `http://127.0.0.1:${tunnel.port}`,
    region: "us-east-1",
    pathStyle: true,
  });
  const keys = (prefix: string) => listed(store, prefix);
  const json = async (key: string): Promise<unknown> => {
    const found = await store.get(key);
    return found === undefined ? undefined : (JSON.parse(found.toString()) as unknown);
  };
  return {
    state: (pipeline) => json(stateKey(pipeline)),
    get: json,
    put: async (key, value) =>
      void (value === undefined
        ? await store.delete(key)
        : await store.put(key, JSON.stringify(value))),
    history: (pipeline) => keys(historyPrefix(pipeline)),
    runs: async (pipeline) => {
      const files = await keys(runsPrefix(pipeline));
      const runs = [
        ...new Set(files.map((key) => key.slice(runsPrefix(pipeline).length).split("/")[0] ?? "")),
      ].sort();
      return runs.map((run) => ({
        run,
        files: files.filter((key) => key.startsWith(`${runsPrefix(pipeline)}${run}/`)),
      }));
    },
    close: () => tunnel.stop(),
  };
}

async function listed(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  return (await store.list(prefix)).map(({ key }) => key);
}
