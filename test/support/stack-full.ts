/** A configuration with every setting of a stack that is not on AWS. */
export const fullConfig = {
  "tapctl:context": "prod",
  "tapctl:namespace": "etl",
  "tapctl:argo": JSON.stringify({
    crds: "full",
    server: false,
    parallelism: 70,
    workflowArchive: {
      kind: "postgresql",
      host: "db",
      database: "argo",
      user: "argo",
      password: "archive",
    },
    values: { controller: { logging: { level: "debug" } } },
  }),
  "tapctl:objectStore": JSON.stringify({
    kind: "s3",
    endpoint: "s3.example.com",
    region: "eu-central-1",
    bucket: "etl-singer",
    credentials: { accessKey: "s3-key", secretKey: "s3-secret" },
  }),
  "tapctl:registry": JSON.stringify({
    address: "registry.example.com/etl",
    username: "bot",
    password: "registry",
  }),
  "tapctl:images": JSON.stringify({
    exec: true,
    builder: "default",
    cache: true,
    pythonIndex: { url: "https://pypi.example.com/simple" },
    signing: { publicKey: "test/golden/stack-cosign.pub", admission: "policy-controller" },
  }),
  "tapctl:ui": JSON.stringify({
    enabled: true,
    allowChanges: true,
    hosts: ["etl.example.com"],
    image: "registry.example.com/etl/tapctl-console:0.2.0",
  }),
  "tapctl:notifications": JSON.stringify({
    webhook: "channel",
    channels: [
      { kind: "slack", webhook: "slack" },
      {
        kind: "email",
        host: "smtp.example.com",
        user: "etl",
        password: "smtp",
        from: "Data <data@example.com>",
        to: ["oncall@example.com"],
      },
    ],
    uiUrl: "https://argo.example.com",
  }),
  "tapctl:proxy": JSON.stringify({
    https: "http://proxy.example.com:3128",
    none: [".example.com"],
  }),
  "tapctl:certificateAuthority": "test/golden/stack-authority.pem",
  "tapctl:scratch": JSON.stringify({ size: "50Gi", storageClass: "fast" }),
  "tapctl:monitoring": JSON.stringify({
    labels: { release: "prometheus" },
    alertLabels: { team: "data" },
    failuresInARow: 5,
    runbook: "https://wiki.example.com/runbook",
    grafanaFolder: "Data",
  }),
  "tapctl:protect": "true",
};
