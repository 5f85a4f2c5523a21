import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { kubectl, pulumi, run } from "./support";

const TAPCTL = join(__dirname, "..", "..", "src", "index");
const PIPELINES = `
import { definePipelines, secret, tapPostgres, targetJsonl } from ${JSON.stringify(TAPCTL)};
export const pipelines = definePipelines([{
  name: "orders",
  schedule: "@daily",
  tap: tapPostgres({
    host: "db", user: "u", database: "shop",
    password: secret("shop-password", { externalSecret: { store: "vault", key: "shop/db" } }),
  }),
  target: targetJsonl({}),
}]);`;
const NAME = "shop-password-external";

/** An ExternalSecret of generation 2. */
const external = (status: object) => ({
  items: [
    {
      metadata: { name: NAME, generation: 2 },
      spec: {
        secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
        data: [{ remoteRef: { key: "shop/db" } }],
      },
      status,
    },
  ],
});
const READY = {
  conditions: [{ type: "Ready", status: "True", reason: "SecretSynced" }],
  syncedResourceVersion: "2-abc",
};
const STALE = { ...READY, syncedResourceVersion: "1-abc" };
const FAILED = {
  conditions: [
    {
      type: "Ready",
      status: "False",
      reason: "SecretSyncedError",
      message: "could not get secret data from provider",
    },
  ],
};
const EVENTS = {
  items: [
    { name: NAME, message: "an older one", lastTimestamp: "2026-11-30T09:00:00Z" },
    { name: NAME, message: "Secret does not exist", lastTimestamp: "2026-11-30T09:01:00Z" },
    { name: "another", message: "of another", lastTimestamp: "2026-11-30T09:02:00Z" },
  ].map(({ name, ...event }) => ({
    reason: "UpdateFailed",
    involvedObject: { name },
    ...event,
  })),
};

/** A cluster with the operator, whose ExternalSecrets are read in turn, the last one again. */
const operator = ({
  versions = "v1",
  store = "vault",
  statuses = [READY],
}: {
  readonly versions?: string;
  readonly store?: string;
  readonly statuses?: readonly object[];
} = {}): string => `case "$*" in
  *"get crd externalsecrets.external-secrets.io"*) echo "${versions === "" ? "" : `externalsecrets.external-secrets.io ${versions}`}"; exit;;
  *"get clustersecretstores.external-secrets.io"*) echo "clustersecretstore.external-secrets.io/${store}"; exit;;
  *"get events"*) echo '${JSON.stringify(EVENTS)}'; exit;;
  *"get externalsecrets.external-secrets.io"*)
${statuses
  .map(
    (status, index) =>
      `    [ -e "$HOME/asked${index}" ] || { : > "$HOME/asked${index}"; echo '${JSON.stringify(external(status))}'; exit; }`,
  )
  .join("\n")}
    echo '${JSON.stringify(external(statuses.at(-1) ?? {}))}'; exit;;
esac
${kubectl()}`;

const up = (cluster: string) =>
  run("up", { pulumi: pulumi(), kubectl: cluster, docker: "echo 28" }, ["--yes"], {
    "pipelines/index.ts": PIPELINES,
  });

const refused: readonly (readonly [string, Parameters<typeof operator>[0], RegExp])[] = [
  [
    "the operator is not installed",
    { versions: "" },
    /^Secrets of External Secrets Operator \(shop-password\) need v1 of externalsecrets\.external-secrets\.io, but the cluster of context "kind-a" has none\.\nInstall the operator, 0\.16 or newer/m,
  ],
  ["the operator is too old", { versions: "v1alpha1 v1beta1" }, /has only v1alpha1, v1beta1\.$/m],
  [
    "the store does not exist",
    { store: "vaults" },
    /^The cluster of context "kind-a" has no ClusterSecretStore "vault", which secret "shop-password" comes from\.\nCreate it/m,
  ],
];
for (const [what, cluster, message] of refused)
  test(`external secrets: if ${what}, the update fails before anything is changed`, async () => {
    const { code, err, calls } = await up(operator(cluster));
    assert.equal(code, 2);
    assert.match(err, message);
    assert.doesNotMatch(calls, /^pulumi (up|config set)/m);
  });

test("external secrets: an update waits until the operator has processed a changed one", async () => {
  const { code, err, calls } = await up(operator({ statuses: [READY, STALE, READY] }));
  assert.equal(code, 0, err);
  assert.equal(calls.match(/get externalsecrets/g)?.length, 3, "before, and until it is processed");
  assert.doesNotMatch(calls, /annotate/);
});

test("external secrets: an update that changes one to a key that the store does not have fails with the operator's error", async () => {
  const { code, err } = await up(operator({ statuses: [READY, STALE, FAILED] }));
  assert.equal(code, 1);
  assert.match(
    err,
    /^The stack is deployed, but:\n {2}ExternalSecret shop-password-external is not ready: ClusterSecretStore "vault", key "shop\/db": SecretSyncedError: could not get secret data from provider: Secret does not exist\nCorrect the store, or the key in the array, then run: npx tapctl up/m,
  );
});

test("external secrets: the operator retries one that failed, before the update", async () => {
  const { code, err, calls } = await up(operator({ statuses: [FAILED, READY] }));
  assert.equal(code, 0, err);
  assert.match(
    calls,
    /^kubectl --context kind-a --namespace pipelines annotate --overwrite externalsecrets\.external-secrets\.io shop-password-external force-sync=\d+\n(?:.*\n)*pulumi up /m,
  );
});
