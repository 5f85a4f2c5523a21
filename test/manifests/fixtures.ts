import { tap, target } from "../../src/model/define-connector";
import { secret } from "../../src/model/connector-settings";
import {
  defaultClusterSettings,
  type ClusterSettings,
} from "../../src/manifests/argo/cluster-settings";
import type { ConnectorImages } from "../../src/manifests/argo/run-parameters";
import { definePipelines, type PipelineEntry } from "../../src/model/define";

const tapShop = tap({ name: "tap-shop", package: "tap-shop", version: "1.2.3" });
const targetWarehouse = target({
  name: "target-warehouse",
  package: "target-warehouse",
  version: "2.0.0",
});
const targetFiles = target({
  name: "target-folder",
  package: "target-folder",
  version: "0.1.0",
  outputSetting: "output_path",
});

/** Settings with every field set. */
export const settings: ClusterSettings = {
  ...defaultClusterSettings,
  runnerImage: "registry.example.com/singer-runner:1",
  imagePullSecrets: ["registry"],
  webhook: { name: "channel", key: "url" },
  uiUrl: "https://argo.example.com/",
  scratch: { size: "50Gi", storageClass: "fast" },
  proxy: {
    http: "http://proxy.example.com:3128",
    https: "http://proxy.example.com:3129",
    none: [".example.com", "10.0.0.0/8"],
  },
  certificateAuthority: { configMap: "trusted", key: "bundle.crt" },
  scheduling: {
    nodeSelector: { pool: "etl" },
    tolerations: [{ key: "etl", operator: "Exists", effect: "NoSchedule" }],
    topologySpread: [{ topologyKey: "topology.kubernetes.io/zone" }],
    priorityClass: "batch",
    podLabels: { "cost-center": "data" },
    podAnnotations: { "sidecar.istio.io/inject": "false" },
  },
};

/** Images that need no build. */
export const images = (): ConnectorImages => ({
  tap: "registry.example.com/tap:1",
  target: "registry.example.com/target:1",
});

/** A pipeline of each kind, with every field that reaches a manifest. */
export const pipelines: readonly PipelineEntry[] = definePipelines([
  {
    name: "orders",
    formerName: "old-orders",
    description: "Orders of the shop",
    owner: "Data Platform <data@example.com>",
    labels: { domain: "sales" },
    schedule: ["0 6 * * MON-FRI", "0 9 * * SAT,SUN"],
    timezone: "Europe/Berlin",
    deadline: "90m",
    retries: { limit: 4, delay: "30s", maxDelay: "10m" },
    notifications: { on: ["started", "failed", "recovered"], webhook: secret("orders-channel") },
    tap: tapShop({
      host: "db",
      password: secret("shop-password"),
      tables: [{ name: "orders", token: secret("table-token") }],
    }),
    target: targetFiles({}),
    streams: [
      "orders",
      { stream: "lines", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
    ],
    initialState: { bookmarks: { orders: { id: 7 } } },
    resources: { tap: { cpu: "250m", cpuLimit: 2, memory: "1Gi", ephemeralStorage: "20Gi" } },
    expectations: { minRecords: 10, maxStaleness: "2d" },
    idleTimeout: "never",
    followUps: [
      {
        name: "dbt",
        image: "ghcr.io/acme/dbt:1",
        command: ["dbt", "build", "--vars", "{x: 1}"],
        env: { TARGET: "prod", PASSWORD: secret("warehouse-password") },
        deadline: "20m",
      },
      {
        name: "check",
        image: "ghcr.io/acme/check:1",
        command: ["check"],
        resources: { memory: "64Mi" },
      },
    ],
  },
  {
    name: "events",
    schedule: "*/5 * * * *",
    suspend: true,
    mode: "stream",
    scheduling: {
      nodeSelector: { pool: "large" },
      tolerations: [],
      runtimeClass: "gvisor",
      podLabels: { tier: "gold" },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: "kubernetes.io/arch", operator: "In", values: ["arm64"] },
                ],
              },
            ],
          },
        },
      },
    },
    tap: tapShop({}),
    target: targetWarehouse({
      url: secret("warehouse-url"),
      password: secret("warehouse-password", {
        kubernetes: { name: "warehouse", key: "password" },
      }),
    }),
  },
  {
    name: "kept",
    schedule: "@daily",
    configFrom: "store",
    tap: tapShop({}),
    target: targetWarehouse({}),
  },
  {
    kind: "job",
    name: "clean-up",
    schedule: "@every 90m",
    image: "ghcr.io/acme/clean:1",
    command: ["clean", "--all"],
    env: { TOKEN: secret("clean-token") },
    resources: { cpu: 1 },
  },
  {
    kind: "job",
    name: "tidy",
    schedule: "@hourly",
    image: "ghcr.io/acme/tidy:1",
    command: ["tidy"],
  },
]);

/** Entries of every kind in turn, by number. */
export function numbered(number: number): PipelineEntry {
  const kind = pipelines[number % pipelines.length] as PipelineEntry;
  return {
    ...kind,
    name: `${kind.name}-${number}`,
    ...(kind.formerName !== undefined && { formerName: `${kind.formerName}-${number}` }),
    schedule: `${number % 60} ${number % 24} * * *`,
  };
}
