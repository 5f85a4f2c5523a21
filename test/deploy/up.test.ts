import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse, stringify } from "yaml";
import { pipelines } from "../../pipelines";

const ROOT = join(__dirname, "..", "..");

let registry: string;
/** A registry, and a repository of charts. */
const server = createServer(({ url }, response) => response.end(url === "/index.yaml" ? stringify({ entries: { "argo-workflows": [{ version: "1.0.18" }], minio: [{ version: "5.4.0" }] } }) : "{}"));
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

/** Shell programs that stand in for those of the machine; each call is written down in `calls`. */
type Programs = { readonly [name: string]: string };

/** An engine that answers, with a stack of these settings. */
const pulumi = ({ settings = {}, version = "v3.259.0", made = false, resources = [] }: { readonly settings?: object; readonly version?: string; readonly made?: boolean; readonly resources?: readonly object[] } = {}): string => `case "$*" in
  version) echo ${version};;
  whoami*) exit 1;;
  stack*--config-file*) echo 'error: unknown flag: --config-file' >&2; exit 1;;
  "stack --show-name"*) exit ${made ? 0 : 1};;
  "stack export"*) while [ "$1" != --file ]; do shift; done; echo '${JSON.stringify({ deployment: { resources } })}' > "$2";;
  "config --json"*) echo '${JSON.stringify(configuration({ registry: { address: registry }, argo: charts(), objectStore: charts(), ...settings }))}';;
esac`;

const charts = () => ({ chart: { repository: `http://${registry}` } });

/** Settings as the engine lists them: what is no text or number as an object. */
function configuration(settings: object): object {
  const entries = Object.entries(settings).map(([key, value]: [string, unknown]) => [`tapctl:${key}`, { value: typeof value === "string" ? value : JSON.stringify(value), secret: false, ...(typeof value === "object" && { objectValue: value }) }]);
  return Object.fromEntries([...entries, ["tapctl:secrets", { secret: true }]]) as object;
}

const kubectl = (smokeTest = "Succeeded"): string => `case "$*" in
  *get-contexts*) printf 'kind-a\\nprod\\n';;
  *current-context*) echo kind-a;;
  *version*) echo ok;;
  *can-i*) echo yes;;
  *create*) cat > /dev/null; echo '{"metadata":{"name":"smoke-test-x"}}';;
  *"get workflow"*) echo '{"metadata":{"name":"smoke-test-x"},"status":{"phase":"${smokeTest}","nodes":{"a":{"displayName":"read","phase":"Failed","message":"no such bucket"}}}}';;
esac`;

/** A cluster that has an Argo of one Helm release, and a namespace for it. */
const withArgo = (release: string): string => `case "$*" in
  *"get crd workflows.argoproj.io"*) echo '{"metadata":{"annotations":{"meta.helm.sh/release-name":"${release}","meta.helm.sh/release-namespace":"argo"}}}'; exit;;
  *"get namespace argo "*) echo namespace/argo; exit;;
esac
${kubectl()}`;

/** Runs `npm run up` or `down` in a home of its own, with given programs on PATH and no others but a shell's. */
async function run(verb: "up" | "down" | "pulumi", programs: Programs, args: readonly string[] = [], copy = ""): Promise<{ readonly code: number; readonly out: string; readonly err: string; readonly calls: string; readonly home: string; readonly copy: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-deploy-"));
  try {
    const bin = join(folder, "bin");
    const project = join(folder, "project");
    mkdirSync(bin);
    mkdirSync(project);
    // A project of its own, so that what is written into it is not written into this one.
    for (const name of ["bin", "cli", "components", "connectors", "deploy", "errors.ts", "images", "load-typescript.cjs", "local", "node_modules", "package.json", "pipelines", "processes.ts", "settings", "store", "tsconfig.json", "Pulumi.yaml", "Pulumi.dev.yaml"]) symlinkSync(join(ROOT, name), join(project, name));
    if (copy !== "") {
      mkdirSync(join(project, ".tapctl"));
      writeFileSync(join(project, ".tapctl", "Pulumi.dev.yaml"), copy);
    }
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    for (const name of ["sh", "cat"]) symlinkSync(join("/bin", name), join(bin, name));
    const child = spawn(process.execPath, ["--preserve-symlinks", "--preserve-symlinks-main", join(project, "bin", `${verb}.cjs`), ...args], { env: { PATH: bin, HOME: folder }, stdio: ["ignore", "pipe", "pipe"] });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk.toString()));
    const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? 1)));
    const found = join(project, ".tapctl", "Pulumi.dev.yaml");
    const passphrase = join(folder, ".tapctl", "pulumi", "passphrase");
    if (existsSync(passphrase)) assert.equal(statSync(passphrase).mode & 0o777, 0o600);
    return { code, out: out.join(""), err: err.join(""), calls: existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "", home: folder, copy: existsSync(found) ? readFileSync(found, "utf8") : "" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("up looks around, deploys, tests the installation and says what to do next", async () => {
  const { code, out, err, calls, home } = await run("up", { pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" }, ["--yes"]);
  assert.equal(code, 0, err);
  assert.match(calls, /^pulumi up --stack dev --config-file .*\.tapctl\/Pulumi\.dev\.yaml --refresh --yes$/m);
  assert.match(calls, /^pulumi config set tapctl:context kind-a /m);
  assert.ok(out.includes(`State: ${home}/.tapctl/pulumi/state`));
  assert.match(out, /smoke-test-x has succeeded/);
  assert.match(out, /port-forward svc\/argo-workflows-server 2746/);
  assert.match(out, /Secret minio-root/);
});

test("up needs no Docker where every image is ready", async () => {
  const ready = Object.fromEntries(["singer-runner", ...pipelines.flatMap((entry) => ("tap" in entry ? [entry.tap.connector.name, entry.target.connector.name] : []))].map((name) => [name, `acme/${name}:1`]));
  const { code, err } = await run("up", { pulumi: pulumi({ settings: { images: { ready } } }), kubectl: kubectl() }, ["--yes"]);
  assert.equal(code, 0, err);
});

test("up asks no registry where the stack makes its own, and speaks of nothing that the stack has not", async () => {
  const settings = {
    registry: undefined,
    aws: { region: "eu-central-1", ecr: { prefix: "etl" } },
    objectStore: { kind: "aws", bucket: "example-etl", identity: { kind: "pod-identity", cluster: "etl" } },
    argo: { install: false, namespace: "argo" },
  };
  const { code, out, err } = await run("up", { pulumi: pulumi({ settings }), kubectl: kubectl(), docker: "echo 28" }, ["--yes"]);
  assert.equal(code, 0, err);
  assert.match(out, /What to do next:/);
  assert.doesNotMatch(out, /MinIO|Argo's interface/);
});

test("up does not look at what is there where it need not", async () => {
  const { calls } = await run("up", { pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" }, ["--yes", "--no-refresh"]);
  assert.match(calls, /^pulumi up .* --yes$/m);
  assert.doesNotMatch(calls, /--refresh/);
});

test("up goes on with a stack that is there", async () => {
  const { code, err, calls } = await run("up", { pulumi: pulumi({ made: true }), kubectl: kubectl(), docker: "echo 28" }, ["--yes"]);
  assert.equal(code, 0, err);
  assert.doesNotMatch(calls, /stack init/);
});

test("up goes on with an Argo and a namespace that are the stack's own", async () => {
  const resources = [{ type: "kubernetes:core/v1:Namespace", id: "argo" }];
  const { code, err } = await run("up", { pulumi: pulumi({ made: true, resources, settings: { context: "kind-a" } }), kubectl: withArgo("argo-workflows"), docker: "echo 28" }, ["--yes"]);
  assert.equal(code, 0, err);
});

test("a setting that was taken out of the stack's file is gone; secrets and the context stay", async () => {
  const before = { "tapctl:monitoring": "true", "tapctl:context": "kind-a", "tapctl:secrets": { channel: { secure: "v1:abc" } } };
  const { copy } = await run("up", { pulumi: pulumi({ made: true }), kubectl: kubectl(), docker: "echo 28" }, ["--yes"], stringify({ config: before, encryptionsalt: "v1:salt" }));
  const after = parse(copy) as { readonly config: object; readonly encryptionsalt: string };
  assert.equal(after.encryptionsalt, "v1:salt");
  const { config } = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")) as { readonly config: object };
  assert.deepEqual(after.config, { "tapctl:context": "kind-a", "tapctl:secrets": before["tapctl:secrets"], ...config });
});

test("up fails where the smoke test does, with its reason", async () => {
  const { code, err } = await run("up", { pulumi: pulumi(), kubectl: kubectl("Failed"), docker: "echo 28" }, ["--yes"]);
  assert.equal(code, 1);
  assert.match(err, /^the smoke test smoke-test-x has failed:\n {2}read: no such bucket$/m);
});

const refusals: readonly (readonly [string, () => Programs, readonly string[], RegExp])[] = [
  ["no pulumi, and no consent to a download", () => ({ kubectl: kubectl(), docker: "" }), [], /there is no `pulumi` on PATH; install it/],
  ["a download that fails", () => ({ npx: "exit 1", kubectl: kubectl() }), ["--yes"], /`npx pulumi` does not start/],
  ["an old pulumi", () => ({ pulumi: pulumi({ version: "v3.200.1" }), kubectl: kubectl() }), [], /pulumi v3\.200\.1 is too old: v3\.225 or newer is needed/],
  ["no kubectl", () => ({ pulumi: pulumi() }), [], /there is no `kubectl` on PATH/],
  ["a context that is not there", () => ({ pulumi: pulumi(), kubectl: kubectl() }), ["--context", "prd"], /the kubeconfig has no context "prd"; there are: kind-a, prod/],
  ["a cluster that is away", () => ({ pulumi: pulumi(), kubectl: `case "$*" in *contexts*) echo kind-a;; *current*) echo kind-a;; *) echo 'connection refused' >&2; exit 1;; esac` }), [], /the cluster of context "kind-a" does not answer: connection refused/],
  ["a user without rights", () => ({ pulumi: pulumi(), kubectl: `case "$*" in *contexts*) echo kind-a;; *current*) echo kind-a;; *can-i*clusterroles*) echo no;; *) echo yes;; esac` }), [], /the user of context "kind-a" may not create clusterroles\.rbac\.authorization\.k8s\.io;/],
  ["no cluster and no Docker", () => ({ pulumi: pulumi(), kubectl: "exit 1" }), ["--yes"], /the kubeconfig names no cluster, and there is no Docker engine/],
  ["no cluster and no kind", () => ({ pulumi: pulumi(), kubectl: "exit 1", docker: "echo 28" }), ["--yes"], /with `kind` on PATH/],
  ["no Docker", () => ({ pulumi: pulumi(), kubectl: kubectl() }), [], /no engine answers `docker version`/],
  ["no buildx", () => ({ pulumi: pulumi(), kubectl: kubectl(), docker: 'case "$1" in buildx) exit 1;; *) echo 28;; esac' }), [], /^connector images are built by `docker buildx`, and this Docker has no such command; install its plugin/m],
  ["a registry that is away", () => ({ pulumi: pulumi({ settings: { registry: { address: "127.0.0.1:1" } } }), kubectl: kubectl(), docker: "echo 28" }), [], /the registry 127\.0\.0\.1:1 does not answer/],
  ["monitoring without the Prometheus operator", () => ({ pulumi: pulumi({ settings: { monitoring: true } }), kubectl: `case "$*" in *"get crd prometheusrules"*) exit 1;; esac\n${kubectl()}`, docker: "echo 28" }), ["--yes"], /^tapctl:monitoring needs the Prometheus operator, and the cluster of context "kind-a" has no prometheusrules\.monitoring\.coreos\.com; install/m],
  ["an Argo and a namespace of somebody else", () => ({ pulumi: pulumi(), kubectl: withArgo("theirs"), docker: "echo 28" }), ["--yes"], /^the cluster of context "kind-a" is not as this stack needs it:\n {2}the namespace argo is there and not of this stack.*\n {2}Argo's definitions are there, of Helm's release "theirs" in the namespace argo/m],
  ["what the stack has, but on another cluster", () => ({ pulumi: pulumi({ resources: [{ type: "kubernetes:core/v1:Namespace", id: "argo" }], settings: { context: "prod" } }), kubectl: withArgo("argo-workflows"), docker: "echo 28" }), ["--yes", "--context", "kind-a"], /the namespace argo is there and not of this stack/],
  ["an Argo that is to be used and not there", () => ({ pulumi: pulumi({ settings: { argo: { install: false } } }), kubectl: `case "$*" in *"get crd cronworkflows"*) exit 1;; esac\n${kubectl()}`, docker: "echo 28" }), ["--yes"], /^ {2}tapctl:argo\.install is false, and the cluster has no cronworkflows\.argoproj\.io/m],
  ["charts that are not there", () => ({ pulumi: pulumi({ settings: { argo: { chart: { path: "charts/argo" } }, objectStore: { chart: { ...charts().chart, version: "9.9.9" } } } }), kubectl: kubectl(), docker: "echo 28" }), ["--yes"], /^tapctl:argo\.chart: path charts\/argo is no chart.*\ntapctl:objectStore\.chart: the repository .* has no chart "minio" in version 9\.9\.9$/m],
  ["settings that are wrong, all at once", () => ({ pulumi: pulumi({ settings: { namespace: "Data", monitoring: "yes", objectStore: { kind: "gcs" } } }), kubectl: kubectl() }), ["--yes"], /^3 problems in the configuration of the stack:\ntapctl:namespace: only lower-case.*\ntapctl:objectStore.*\ntapctl:monitoring/m],
  ["settings that the engine does not tell", () => ({ pulumi: `case "$*" in "config --json"*) echo 'error: incorrect passphrase' >&2; exit 255;; esac\n${pulumi()}`, kubectl: kubectl() }), ["--yes"], /^the configuration of the stack cannot be read: error: incorrect passphrase$/m],
  ["nobody to ask", () => ({ pulumi: pulumi(), kubectl: kubectl(), docker: "echo 28" }), [], /^nobody can be asked here, because this is no terminal; --yes changes the cluster without asking$/m],
  ["an unknown option", () => ({}), ["--nonsense"], /unknown option/],
];

for (const [name, programs, args, message] of refusals) {
  test(`up refuses ${name}, and changes nothing`, async () => {
    const { code, err, calls } = await run("up", programs(), args);
    assert.ok(code === 1 || code === 2, String(code));
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
    assert.doesNotMatch(calls, /^pulumi (up|config set)/m);
  });
}

test("with no cluster, Docker and kind, a cluster and a registry are made", async () => {
  const { calls } = await run("up", { pulumi: pulumi(), kubectl: "exit 1", docker: "echo 28", kind: 'case "$*" in "get nodes"*) echo tapctl-control-plane;; create*) cat > /dev/null;; esac' }, ["--yes", "--no-smoke-test"]);
  assert.match(calls, /^docker run .* tapctl-registry registry:2$/m);
  assert.match(calls, /^kind create cluster --name tapctl/m);
  assert.match(calls, /^docker exec tapctl-control-plane mkdir -p \/etc\/containerd\/certs\.d\/localhost:5000$/m);
  assert.match(calls, /^pulumi config set tapctl:context kind-tapctl /m);
});

test("down asks first, destroys and says what it keeps", async () => {
  const refused = await run("down", { pulumi: pulumi() });
  assert.equal(refused.code, 2);
  assert.doesNotMatch(refused.calls, /destroy/);
  const { code, out, calls } = await run("down", { pulumi: pulumi(), kind: "" }, ["--yes"]);
  assert.equal(code, 0);
  assert.match(calls, /^pulumi destroy --stack dev/m);
  assert.match(out, /Kept: Argo's custom resource definitions/);
});

test("the help has an example", async () => {
  const { code, out } = await run("up", {}, ["--help"]);
  assert.equal(code, 0);
  assert.match(out, /npm run up -- --yes/);
});

test("pulumi passes a command on, with the stack of `npm run up`, and its exit code back", async () => {
  const engine = { pulumi: `${pulumi({ made: true })}\ncase "$1" in preview) exit 3;; esac` };
  const secret = await run("pulumi", engine, ["config", "set", "--secret", "--path", 'secrets["channel"]']);
  assert.equal(secret.code, 0, secret.err);
  assert.match(secret.calls, /^pulumi config set --secret --path secrets\["channel"\] --stack dev --config-file .*\.tapctl\/Pulumi\.dev\.yaml$/m);
  const preview = await run("pulumi", engine, ["preview", "--diff"]);
  assert.equal(preview.code, 3);
  assert.match((await run("pulumi", engine, ["--stack", "prod", "stack", "output"])).calls, /^pulumi stack output --stack prod$/m);
});

test("pulumi says what it is for, and refuses a setting that the next up would overwrite", async () => {
  for (const args of [[], ["--help"]]) assert.match((await run("pulumi", {}, args)).out, /^Usage: npm run pulumi -- .*\n[^]*Examples:\n/);
  const { code, err, calls } = await run("pulumi", { pulumi: pulumi() }, ["config", "set", "context", "prod"]);
  assert.equal(code, 2);
  assert.equal(err, "settings are written into Pulumi.dev.yaml, which wins over them at the next `npm run up`; `config set` here is for secrets, with --secret\n");
  assert.doesNotMatch(calls, /config set/);
});
