import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { pipelines } from "../../pipelines";
import { standInRegistry } from "./registry";
import {
  charts,
  kubectl,
  pulumi,
  run,
  SETTINGS,
  tapctlProcess,
  withArgo,
  type Programs,
} from "./support";

test("up: it checks, deploys, runs the smoke test and shows the next steps", async () => {
  const { code, out, err, calls, home } = await run(
    "up",
    { pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" },
    ["--yes"],
    {},
    tapctlProcess,
  );
  assert.equal(code, 0, err);
  assert.match(
    calls,
    /^pulumi up --stack dev --config-file .*\.tapctl\/Pulumi\.dev\.yaml --refresh --yes --json --non-interactive$/m,
  );
  assert.match(calls, /^pulumi config set tapctl:context kind-a /m);
  assert.ok(out.includes(`State: ${home}/.tapctl/pulumi/state`));
  assert.match(out, /smoke-test-x succeeded/);
  assert.match(out, /port-forward svc\/argo-workflows-server 2746/);
  assert.match(out, /kubectl --context kind-a -n minio get secret minio-root/);
  assert.match(out, /npx tapctl status --on cluster --context kind-a --namespace pipelines\n/);
  assert.match(
    out,
    /npx tapctl run \S+ --follow --on cluster --context kind-a --namespace pipelines\n/,
  );
});

test("up: it needs no Docker if all images are ready", async () => {
  const ready = Object.fromEntries(
    [
      "singer-runner",
      ...pipelines.flatMap((entry) =>
        "tap" in entry ? [entry.tap.connector.name, entry.target.connector.name] : [],
      ),
    ].map((name) => [name, `acme/${name}:1`]),
  );
  const { code, err } = await run(
    "up",
    { pulumi: pulumi({ settings: { images: { ready } } }), kubectl: kubectl() },
    ["--yes"],
  );
  assert.equal(code, 0, err);
});

test("up: with ECR, it queries no registry and shows no hints about Argo and MinIO outside the stack", async () => {
  const settings = {
    registry: undefined,
    aws: { region: "eu-central-1", ecr: { prefix: "etl" } },
    objectStore: {
      kind: "aws",
      bucket: "example-etl",
      identity: { kind: "pod-identity", cluster: "etl" },
    },
    argo: { install: false, namespace: "argo" },
  };
  const { code, out, err } = await run(
    "up",
    { pulumi: pulumi({ settings }), kubectl: kubectl(), docker: "echo 28" },
    ["--yes"],
  );
  assert.equal(code, 0, err);
  assert.match(out, /Next steps:/);
  assert.doesNotMatch(out, /MinIO|Argo's interface/);
});

test("up: it rebuilds images that their registry lost", async (t) => {
  const host = await standInRegistry(t, ({ url = "" }, response) =>
    response.writeHead(url.includes("/manifests/") ? 404 : 200).end(),
  );
  const image = (name: string) => ({
    urn: `urn:pulumi:dev::tapctl::Image::${name}`,
    type: "docker-build:index:Image",
    outputs: { ref: `${host}/${name}:1` },
  });
  const resources = [image("tap-exchangeratesapi"), image("tap-that-the-array-has-no-longer")];
  const { code, out, err, calls } = await run(
    "up",
    {
      pulumi: pulumi({ made: true, resources, settings: { registry: { address: host } } }),
      kubectl: kubectl(),
      docker: "echo 28",
    },
    ["--yes"],
  );
  assert.equal(code, 0, err);
  assert.match(out, /^Missing from their registry and rebuilt: tap-exchangeratesapi$/m);
  assert.match(
    calls,
    /^pulumi up .* --target-replace urn:pulumi:dev::tapctl::Image::tap-exchangeratesapi --skip-preview --yes --json --non-interactive\npulumi up .* --refresh --yes --json --non-interactive$/m,
  );
});

test("up: it fails if the registry rejects the login, and changes nothing", async (t) => {
  const host = await standInRegistry(t, ({ url }, response) =>
    response.writeHead(url === "/v2/" ? 401 : 200).end(),
  );
  const { code, err, calls } = await run(
    "up",
    {
      pulumi: pulumi({
        settings: {
          registry: { address: `${host}/etl`, username: "robot", password: "registry-password" },
        },
      }),
      kubectl: kubectl(),
      docker: "echo 28",
    },
    ["--yes"],
  );
  assert.equal(code, 1);
  assert.match(
    err,
    /rejects the login of "robot" \(HTTP 401\)\nCorrect tapctl:registry\.username, or the password in the secret "registry-password"\.$/m,
  );
  assert.doesNotMatch(calls, /^pulumi (up|config set)/m);
});

test("up --no-refresh: it does not refresh the state", async () => {
  const { calls } = await run("up", { pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" }, [
    "--yes",
    "--no-refresh",
  ]);
  assert.match(calls, /^pulumi up .* --yes --json --non-interactive$/m);
  assert.doesNotMatch(calls, /--refresh/);
});

test("up: an existing stack is not created again", async () => {
  const { code, err, calls } = await run(
    "up",
    { pulumi: pulumi({ made: true }), kubectl: kubectl(), docker: "echo 28" },
    ["--yes"],
  );
  assert.equal(code, 0, err);
  assert.doesNotMatch(calls, /stack init/);
});

test("up: Argo and namespaces of its own stack are accepted", async () => {
  const resources = [{ type: "kubernetes:core/v1:Namespace", id: "argo" }];
  const { code, err } = await run(
    "up",
    {
      pulumi: pulumi({ made: true, resources, settings: { context: "kind-a" } }),
      kubectl: withArgo("argo-workflows"),
      docker: "echo 28",
    },
    ["--yes"],
  );
  assert.equal(code, 0, err);
});

test("up: a setting that was removed from the stack's file is removed; secrets and the context stay", async () => {
  const before = {
    "tapctl:monitoring": "true",
    "tapctl:context": "kind-a",
    "tapctl:secrets": { channel: { secure: "v1:abc" } },
  };
  const { copy } = await run(
    "up",
    { pulumi: pulumi({ made: true }), kubectl: kubectl(), docker: "echo 28" },
    ["--yes"],
    { ".tapctl/Pulumi.dev.yaml": stringify({ config: before, encryptionsalt: "v1:salt" }) },
  );
  const after = parse(copy) as { readonly config: object; readonly encryptionsalt: string };
  assert.equal(after.encryptionsalt, "v1:salt");
  const { config } = parse(readFileSync(SETTINGS, "utf8")) as { readonly config: object };
  assert.deepEqual(after.config, {
    "tapctl:context": "kind-a",
    "tapctl:secrets": before["tapctl:secrets"],
    ...config,
  });
});

test("up: a controller scaled to zero fails before the smoke test, with the command to scale it up", async () => {
  const controller = (replicas: number) => ({
    metadata: { namespace: "argo", name: "c" },
    spec: { replicas },
  });
  const { code, err, calls } = await run(
    "up",
    { pulumi: pulumi(), kubectl: kubectl("Succeeded", [controller(0)]), docker: "" },
    ["--yes"],
  );
  assert.equal(code, 1);
  assert.match(
    err,
    /^The update succeeded, but argo\/c is scaled to zero: no run starts or ends\.\nScale it up again with: kubectl --context kind-a scale -n argo deploy\/c --replicas=1$/m,
  );
  assert.doesNotMatch(calls, /kubectl .*create -f/);
  const other = await run(
    "up",
    { pulumi: pulumi(), kubectl: kubectl("Succeeded", [controller(0), controller(1)]), docker: "" },
    ["--yes"],
  );
  assert.equal(other.code, 0, other.err);
});

test("up: after a failure, ExternalSecrets are not queried if the array has none", async () => {
  const { code, err, calls } = await run(
    "up",
    {
      pulumi: `case "$*" in "up "*) exit 1;; esac\n${pulumi()}`,
      kubectl: kubectl(),
      docker: "echo 28",
    },
    ["--yes"],
  );
  assert.equal(code, 1, err);
  assert.match(err, /^pulumi up failed:/m);
  assert.doesNotMatch(calls, /externalsecrets/);
});

test("up: it fails with the error of the smoke test", async () => {
  const { code, err } = await run(
    "up",
    { pulumi: pulumi(), kubectl: kubectl("Failed"), docker: "echo 28" },
    ["--yes"],
  );
  assert.equal(code, 1);
  assert.match(err, /^The smoke test smoke-test-x failed:\n {2}read: no such bucket$/m);
});

const refusals: readonly (readonly [string, () => Programs, readonly string[], RegExp])[] = [
  [
    "a missing pulumi without consent to download it",
    () => ({ kubectl: kubectl(), docker: "" }),
    [],
    /`pulumi` is not on PATH\.\nInstall it/,
  ],
  [
    "a failed download of pulumi",
    () => ({ npx: "exit 1", kubectl: kubectl() }),
    ["--yes"],
    /`npx pulumi` does not start/,
  ],
  [
    "an old pulumi",
    () => ({ pulumi: pulumi({ version: "v3.200.1" }), kubectl: kubectl() }),
    [],
    /pulumi v3\.200\.1 is too old\.\nInstall v3\.225 or newer/,
  ],
  ["a missing kubectl", () => ({ pulumi: pulumi() }), [], /`kubectl` is not on PATH/],
  [
    "an unknown context",
    () => ({ pulumi: pulumi(), kubectl: kubectl() }),
    ["--context", "prd"],
    /The kubeconfig has no context "prd"\.\nAvailable contexts: kind-a, prod/,
  ],
  [
    "a cluster that does not answer",
    () => ({
      pulumi: pulumi(),
      kubectl: `case "$*" in *contexts*) echo kind-a;; *current*) echo kind-a;; *) echo 'connection refused' >&2; exit 1;; esac`,
    }),
    [],
    /The cluster of context "kind-a" does not answer: connection refused/,
  ],
  [
    "a user without permissions",
    () => ({
      pulumi: pulumi(),
      kubectl: `case "$*" in *contexts*) echo kind-a;; *current*) echo kind-a;; *can-i*clusterroles*) echo no;; *) echo yes;; esac`,
    }),
    [],
    /The user of context "kind-a" is not allowed to create clusterroles\.rbac\.authorization\.k8s\.io\.\nUse a context/,
  ],
  [
    "a missing cluster without Docker",
    () => ({ pulumi: pulumi(), kubectl: "exit 1" }),
    ["--yes"],
    /The kubeconfig has no cluster, and Docker is not running/,
  ],
  [
    "a missing cluster without kind",
    () => ({ pulumi: pulumi(), kubectl: "exit 1", docker: "echo 28" }),
    ["--yes"],
    /install kind to create a cluster/,
  ],
  [
    "a missing Docker",
    () => ({ pulumi: pulumi(), kubectl: kubectl() }),
    [],
    /`docker version` does not answer/,
  ],
  [
    "a missing buildx",
    () => ({
      pulumi: pulumi(),
      kubectl: kubectl(),
      docker: 'case "$1" in buildx) exit 1;; *) echo 28;; esac',
    }),
    [],
    /^`docker buildx` builds the connector images, and this Docker has no such command\.\nInstall its plugin/m,
  ],
  [
    "a registry that does not answer",
    () => ({
      pulumi: pulumi({ settings: { registry: { address: "127.0.0.1:1" } } }),
      kubectl: kubectl(),
      docker: "echo 28",
    }),
    [],
    /The registry 127\.0\.0\.1:1 does not answer/,
  ],
  [
    "monitoring without the Prometheus operator",
    () => ({
      pulumi: pulumi({ settings: { monitoring: true } }),
      kubectl: `case "$*" in *"get crd prometheusrules"*) exit 1;; esac\n${kubectl()}`,
      docker: "echo 28",
    }),
    ["--yes"],
    /^tapctl:monitoring needs the Prometheus operator, but the cluster of context "kind-a" has no prometheusrules\.monitoring\.coreos\.com\.\nInstall/m,
  ],
  [
    "a foreign Argo and namespace",
    () => ({ pulumi: pulumi(), kubectl: withArgo("theirs"), docker: "echo 28" }),
    ["--yes"],
    /^The cluster of context "kind-a" is not ready for this stack:\n {2}namespace argo exists but does not belong to this stack.*\n {2}Argo's CRDs already exist \(owned by the Helm release "theirs" in namespace argo/m,
  ],
  [
    "objects with the stack's names on another cluster",
    () => ({
      pulumi: pulumi({
        resources: [{ type: "kubernetes:core/v1:Namespace", id: "argo" }],
        settings: { context: "prod" },
      }),
      kubectl: withArgo("argo-workflows"),
      docker: "echo 28",
    }),
    ["--yes", "--context", "kind-a"],
    /namespace argo exists but does not belong to this stack/,
  ],
  [
    "a missing Argo with install: false",
    () => ({
      pulumi: pulumi({ settings: { argo: { install: false } } }),
      kubectl: `case "$*" in *"get crd cronworkflows"*) exit 1;; esac\n${kubectl()}`,
      docker: "echo 28",
    }),
    ["--yes"],
    /^ {2}tapctl:argo\.install is false, but the cluster has no cronworkflows\.argoproj\.io/m,
  ],
  [
    "a stack of a newer version",
    () => ({
      pulumi: pulumi({
        resources: [{ type: "pulumi:pulumi:Stack", outputs: { version: "99.0.0" } }],
      }),
      kubectl: kubectl(),
      docker: "echo 28",
    }),
    ["--yes"],
    /^The stack was last updated by tapctl 99\.0\.0, which is newer than this version, \d+\.\d+\.\d+\.\nUpgrade first: npm install tapctl@99\.0\.0/m,
  ],
  [
    "missing charts",
    () => ({
      pulumi: pulumi({
        settings: {
          argo: { chart: { path: "charts/argo" } },
          objectStore: { chart: { ...charts().chart, version: "9.9.9" } },
        },
      }),
      kubectl: kubectl(),
      docker: "echo 28",
    }),
    ["--yes"],
    /^tapctl:argo\.chart: path charts\/argo \(relative to the project\) is neither .*\ntapctl:objectStore\.chart: the repository .* has no chart "minio" in version 9\.9\.9\nCorrect the path\.\nCorrect the name or the version\.$/m,
  ],
  [
    "invalid settings, all at once",
    () => ({
      pulumi: pulumi({
        settings: { namespace: "Data", monitoring: "yes", objectStore: { kind: "gcs" } },
      }),
      kubectl: kubectl(),
    }),
    ["--yes"],
    /^3 problems in the configuration of the stack:\ntapctl:namespace: must be at most 63 lowercase.*\ntapctl:objectStore.*\ntapctl:monitoring/m,
  ],
  [
    "settings that the engine cannot decrypt",
    () => ({
      pulumi: `case "$*" in "config --json"*) echo 'error: incorrect passphrase' >&2; exit 255;; esac\n${pulumi()}`,
      kubectl: kubectl(),
    }),
    ["--yes"],
    /^Cannot read the configuration of the stack: error: incorrect passphrase$/m,
  ],
  [
    "a confirmation without a terminal",
    () => ({ pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" }),
    [],
    /^The changes cannot be confirmed without a terminal\. Nothing was changed\.\nAdd --yes/m,
  ],
  ["an unknown option", () => ({}), ["--nonsense"], /unknown option/],
];

for (const [name, programs, args, message] of refusals) {
  test(`up: it fails for ${name}, and changes nothing`, async () => {
    const { code, err, calls } = await run("up", programs(), args);
    assert.ok(code === 1 || code === 2, String(code));
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
    assert.doesNotMatch(calls, /^pulumi (up|config set)/m);
  });
}

test("down: it asks for confirmation, destroys and lists what it keeps", async () => {
  const refused = await run("down", { pulumi: pulumi() });
  assert.equal(refused.code, 2);
  assert.doesNotMatch(refused.calls, /destroy/);
  const { code, out, calls } = await run("down", { pulumi: pulumi(), kind: "" }, ["--yes"]);
  assert.equal(code, 0);
  assert.match(calls, /^pulumi destroy --stack dev/m);
  assert.match(out, /^Stack "dev" of project tapctl/m);
  assert.match(out, /^Kept:\n {2}images in the registry/m);
});

test("down: it lists the stack, the cluster, its namespaces, pipelines and data, and keeps Argo's CRDs only if it installed Argo", async () => {
  const namespace = (id: string) => ({
    urn: `urn:pulumi:two::tapctl::N::${id}`,
    type: "kubernetes:core/v1:Namespace",
    id,
  });
  const release = (id: string) => ({
    urn: `urn:pulumi:two::tapctl::R::${id}`,
    type: "kubernetes:helm.sh/v3:Release",
    id,
  });
  const pipeline = (name: string) => ({
    urn: `urn:pulumi:two::tapctl::P::${name}`,
    type: "tapctl:index:Pipeline",
  });
  const resources = [
    namespace("minio"),
    namespace("etl"),
    release("minio/minio"),
    release("argo/argo-workflows"),
    pipeline("a"),
    pipeline("b"),
  ];
  const { code, out, calls } = await run(
    "down",
    { pulumi: pulumi({ made: true, resources, settings: { context: "kind-a" } }), kind: "" },
    ["--yes", "--stack", "two"],
  );
  assert.equal(code, 0);
  assert.match(
    out,
    /^Stack "two" of project tapctl, on the cluster of context "kind-a":\n {2}2 pipelines\n {2}namespaces etl, minio and everything in them\n {2}the data in the object store.*\n {2}6 resources in total$/m,
  );
  assert.match(out, /^ {2}Argo's custom resource definitions/m);
  assert.match(calls, /^pulumi destroy --stack two /m);
});

test("up: printed commands name the stack, the context and the namespace", async () => {
  const { code, out, err } = await run(
    "up",
    { pulumi: pulumi({ settings: { namespace: "etl" } }), kubectl: kubectl(), docker: "echo 28" },
    ["--yes", "--stack", "two"],
  );
  assert.equal(code, 0, err);
  const commands = out.slice(out.indexOf("Next steps:"));
  assert.match(commands, /delete everything: +npx tapctl down --stack two$/m);
  assert.match(
    commands,
    /npx tapctl pulumi --stack two config set --secret --path 'tapctl:secrets\["NAME"\]', then npx tapctl up --stack two$/m,
  );
  assert.match(commands, /npx tapctl status --on cluster --context kind-a --namespace etl$/m);
  for (const line of commands.split("\n").filter((each) => /kubectl/.test(each)))
    assert.match(line, /--context kind-a/);
});

test("up: a failed update is reported with its errors, the command that continues, and the log", async () => {
  const failing = `case "$*" in "up "*) echo '{"diagnosticEvent":{"urn":"urn:pulumi:two::tapctl::kubernetes:helm.sh/v3:Release::minio","message":"timed out waiting for the condition","severity":"error"}}'; echo 'error: update failed' >&2; exit 255;; esac\n${pulumi()}`;
  const { code, err } = await run(
    "up",
    { pulumi: failing, kubectl: kubectl(), docker: "echo 28" },
    ["--yes", "--stack", "two"],
  );
  assert.equal(code, 1);
  assert.match(
    err,
    /^pulumi up failed:\n {2}Release minio: timed out waiting for the condition\n {2}update failed\nCompleted changes are saved\. Fix the cause, then continue with: npx tapctl up --stack two\nLog: .*\.tapctl\/logs\/up-two-\d+\.log$/m,
  );
});

test("up: each line of a reason is indented", async () => {
  const failing = `case "$*" in "up "*) echo '{"diagnosticEvent":{"message":"1 secret is missing:\\\\npipelines[0]: secret \\\\"a\\\\" is not set","severity":"error"}}'; exit 255;; esac\n${pulumi()}`;
  const { err } = await run("up", { pulumi: failing, kubectl: kubectl(), docker: "echo 28" }, [
    "--yes",
  ]);
  assert.match(
    err,
    /^pulumi up failed:\n {2}1 secret is missing:\n {2}pipelines\[0\]: secret "a" is not set\nCompleted/m,
  );
});

test("up: a killed engine is reported", async () => {
  const killed = `case "$*" in "up "*) kill -9 $$;; esac\n${pulumi()}`;
  const { code, err } = await run("up", { pulumi: killed, kubectl: kubectl(), docker: "echo 28" }, [
    "--yes",
  ]);
  assert.equal(code, 1);
  assert.match(
    err,
    /^pulumi up failed:\n {2}Pulumi was killed by SIGKILL\nCompleted changes are saved\. Fix the cause, then continue with: npx tapctl up$/m,
  );
});

test("up --help: it has an example", async () => {
  const { code, out } = await run("up", {}, ["--help"]);
  assert.equal(code, 0);
  assert.match(out, /npx tapctl up --stack prod/);
});

test("pulumi: it passes commands on with the stack of up, and returns the exit code", async () => {
  const engine = { pulumi: `${pulumi({ made: true })}\ncase "$1" in preview) exit 3;; esac` };
  const secret = await run("pulumi", engine, [
    "config",
    "set",
    "--secret",
    "--path",
    'secrets["channel"]',
  ]);
  assert.equal(secret.code, 0, secret.err);
  assert.match(
    secret.calls,
    /^pulumi config set --secret --path secrets\["channel"\] --stack dev --config-file .*\.tapctl\/Pulumi\.dev\.yaml$/m,
  );
  const preview = await run("pulumi", engine, ["preview", "--diff"]);
  assert.equal(preview.code, 3);
  assert.match(
    (await run("pulumi", engine, ["--stack", "prod", "stack", "output"])).calls,
    /^pulumi stack output --stack prod$/m,
  );
});

test("pulumi: it shows its help, and rejects a setting that the next up would overwrite", async () => {
  for (const args of [[], ["--help"]])
    assert.match(
      (await run("pulumi", {}, args)).out,
      /^Usage: npx tapctl pulumi .*\n[^]*Examples:\n/,
    );
  const { code, err, calls } = await run("pulumi", { pulumi: pulumi() }, [
    "config",
    "set",
    "context",
    "prod",
  ]);
  assert.equal(code, 2);
  assert.equal(
    err,
    "This setting would be lost: Pulumi.dev.yaml overrides it at the next `npx tapctl up`.\nEdit that file; use `config set` here only for secrets, with --secret.\n",
  );
  assert.doesNotMatch(calls, /config set/);
});
