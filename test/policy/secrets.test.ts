import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "../../policy/secrets";
import { cronWorkflow, judge, pod, resource } from "./support";

const configMap = (data: object) => resource("kubernetes:core/v1:ConfigMap", { data });
const release = (values: object) => resource("kubernetes:helm.sh/v3:Release", { values });
const finding = (path: string) => [
  `${path} looks like a secret in plain text; put it into a Secret and refer to that`,
];
const holds = (path: string) => [
  `${path} contains a value that looks like a secret in plain text; put it into a Secret and refer to that`,
];

test("secrets-in-secrets: references to secrets, names of keys and ordinary settings pass", () => {
  const patch = JSON.stringify({
    containers: [
      {
        name: "main",
        env: [
          {
            name: "PASSWORD",
            valueFrom: { secretKeyRef: { name: "pipeline-orders", key: "secret.shop-password" } },
          },
        ],
      },
    ],
  });
  for (const one of [
    cronWorkflow({
      configSecret: "pipeline-orders",
      webhookSecret: "pipeline-orders",
      webhookKey: "webhook",
      jobPatch: patch,
    }),
    configMap({
      artifacts: JSON.stringify({
        s3: {
          accessKeySecret: { name: "object-store", key: "accessKey" },
          secretKeySecret: { name: "object-store", key: "secretKey" },
        },
      }),
    }),
    configMap({
      "ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      "settings.yaml":
        "token: https://example.com/oauth/token\npassword: $(PASSWORD)\npasswordFile: /run/secrets/password\n",
    }),
    release({
      existingSecret: "minio-root",
      users: [
        { accessKey: "singer", existingSecret: "minio-singer", existingSecretKey: "secretKey" },
      ],
      rootPassword: "",
    }),
    pod({
      image: "a",
      args: ["--password-file", "/run/secrets/password", "--token={{inputs.parameters.token}}"],
      env: [{ name: "TOKEN", value: "{{inputs.parameters.token}}" }],
    }),
    resource("docker-build:index:Image", {
      buildArgs: { VERSION: "1.0", SETTINGS: '{"password":"string"}' },
    }),
  ])
    assert.deepEqual(judge(secrets, one), []);
});

test("secrets-in-secrets: a Secret and private files are not checked", () => {
  assert.deepEqual(
    judge(secrets, resource("kubernetes:core/v1:Secret", { stringData: { password: "x" } })),
    [],
  );
  assert.deepEqual(
    judge(secrets, resource("docker:index:Provider", { registryAuth: [{ password: "x" }] })),
    [],
  );
});

test("secrets-in-secrets: a secret in plain text is rejected and not shown", () => {
  const cases: readonly (readonly [Parameters<typeof judge>[1], readonly string[]])[] = [
    [configMap({ password: "hunter2" }), finding("data.password")],
    [
      configMap({ "app.yaml": "database:\n  user: etl\n  password: hunter2\n" }),
      finding("data.app.yaml.database.password"),
    ],
    [
      configMap({ "app.json": '{"clientSecret":"hunter2"}' }),
      finding("data.app.json.clientSecret"),
    ],
    [release({ auth: { rootPassword: "hunter2" } }), finding("values.auth.rootPassword")],
    [
      pod({ env: [{ name: "API_TOKEN", value: "hunter2" }] }),
      finding("spec.containers.0.env.API_TOKEN"),
    ],
    [pod({ args: ["--password", "hunter2"] }), finding("spec.containers.0.args.password")],
    [pod({ args: ["--password=hunter2"] }), holds("spec.containers.0.args.0")],
    [
      resource("docker-build:index:Image", { buildArgs: { PIP_TOKEN: "hunter2" } }),
      finding("buildArgs.PIP_TOKEN"),
    ],
    [resource("tapctl:index:Pipeline", { tap: { password: "hunter2" } }), finding("tap.password")],
    [configMap({ url: "postgres://etl:hunter2@db/shop" }), holds("data.url")],
    [configMap({ key: "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n" }), holds("data.key")],
    [configMap({ header: "Bearer hunter2hunter2" }), holds("data.header")],
    [configMap({ id: "AKIAIOSFODNN7EXAMPLE" }), holds("data.id")],
    [cronWorkflow({ apiKey: "hunter2" }), finding("spec.workflowSpec.arguments.parameters.apiKey")],
    [
      cronWorkflow({
        jobPatch: JSON.stringify({
          containers: [{ name: "main", env: [{ name: "PASSWORD", value: "hunter2" }] }],
        }),
      }),
      finding("spec.workflowSpec.arguments.parameters.jobPatch.containers.0.env.PASSWORD"),
    ],
  ];
  for (const [one, messages] of cases) {
    assert.deepEqual(judge(secrets, one), messages);
    assert.doesNotMatch(messages.join(), /hunter2/);
  }
});

test("secrets-in-secrets: a name that only looks like a secret's can be allowed", () => {
  assert.deepEqual(
    judge(secrets, configMap({ nextPageToken: "$.next" }), { allowed: ["nextPageToken"] }),
    [],
  );
  assert.equal(judge(secrets, configMap({ nextPageToken: "$.next" })).length, 1);
});
