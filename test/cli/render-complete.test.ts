import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import { makeProject, REPOSITORY, tapctl } from "./support";

const EXAMPLES = join(REPOSITORY, "examples", "gitops");
const DIGEST = `sha256:${"a".repeat(64)}`;

/** All files below a folder by path. */
function filesIn(folder: string): { readonly [path: string]: string } {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );
}

const FLAGS = {
  "argo-cd": ["--repo", "https://git.example.com/data/etl.git"],
  flux: ["--for", "flux", "--secret-store", "vault"],
} as const;

describe("render --complete: examples", () => {
  for (const tool of ["argo-cd", "flux"] as const)
    test(`render --complete: examples/gitops/${tool} contains what its settings render`, async (t) => {
      const project = join(EXAMPLES, tool);
      const deploy = join(project, "deploy");
      const before = filesIn(deploy);
      t.after(() => {
        if (process.env.UPDATE_GOLDEN !== "1")
          for (const [path, text] of Object.entries(before))
            writeFileSync(join(deploy, path), text);
        rmSync(join(deploy, "stack", "templates"), { recursive: true, force: true });
      });
      const { code, stderr } = await tapctl(project, [
        "render",
        "--complete",
        ...FLAGS[tool],
        "--stack",
        "prod",
        "--out",
        "deploy",
      ]);
      assert.deepEqual([code, stderr], [0, ""]);
      const after = filesIn(deploy);
      const isTemplate = (path: string) => path.startsWith(join("stack", "templates"));
      assert.deepEqual(
        Object.keys(after).filter(isTemplate),
        ["singer-artifact", "singer-job", "singer-stream", "smoke-test"].map((name) =>
          join("stack", "templates", `${name}.yaml`),
        ),
      );
      if (process.env.UPDATE_GOLDEN === "1") return;
      assert.deepEqual(
        Object.fromEntries(Object.entries(after).filter(([path]) => !isTemplate(path))),
        Object.fromEntries(Object.entries(before).filter(([path]) => !isTemplate(path))),
      );
    });
});

const ready = (name: string) => `registry.example.com/${name}:1@${DIGEST}`;
const READY = {
  "tapctl:images": {
    ready: {
      "singer-runner": ready("runner"),
      "tap-postgres": ready("tap-postgres"),
      "target-jsonl": ready("target-jsonl"),
    },
  },
};
const entry = (name: string) =>
  `{ name: "${name}", schedule: "0 * * * *", tap: c.tapPostgres({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" }), streams: ["public-orders"], target: c.targetJsonl({}) }`;

function projectWith(t: TestContext, array: string, config: object = READY): string {
  const project = makeProject(t, array);
  writeFileSync(join(project, "Pulumi.prod.yaml"), stringify({ config }));
  return project;
}

const render = (project: string, ...flags: readonly string[]) =>
  tapctl(project, [
    "render",
    "--complete",
    "--stack",
    "prod",
    "--out",
    join(project, "deploy"),
    "--for",
    "flux",
    ...flags,
  ]);

test("render --complete: files of a removed pipeline are removed, files of the user stay", async (t) => {
  const project = projectWith(t, `[${entry("one")}, ${entry("two")}]`);
  assert.equal((await render(project)).code, 0);
  const pipelines = join(project, "deploy", "stack", "pipelines");
  assert.deepEqual(readdirSync(pipelines), ["one.yaml", "two.yaml"]);
  writeFileSync(join(pipelines, "own.yaml"), "# mine\n");
  const array = join(project, "pipelines", "index.ts");
  // A process of its own would load the changed array; another project has the same folder.
  const other = projectWith(t, `[${entry("two")}]`);
  cpSync(join(project, "deploy"), join(other, "deploy"), { recursive: true });
  assert.ok(existsSync(array));
  assert.equal((await render(other)).code, 0);
  assert.deepEqual(readdirSync(join(other, "deploy", "stack", "pipelines")), [
    "own.yaml",
    "two.yaml",
  ]);
});

test("render --complete: no file has a reference to a secret without the Kubernetes Secret that contains it", async (t) => {
  const fixtures = `require(${JSON.stringify(join(REPOSITORY, "test", "manifests", "fixtures"))}).pipelines`;
  const project = projectWith(t, fixtures, {
    "tapctl:images": {
      ready: Object.fromEntries(
        ["singer-runner", "tap-shop", "target-warehouse", "target-folder"].map((name) => [
          name,
          ready(name),
        ]),
      ),
    },
    "tapctl:notifications": {
      webhook: "channel",
      channels: [{ kind: "slack", webhook: "slack" }],
    },
    "tapctl:secrets": { slack: { secure: "v1:abc:def" } },
  });
  const { code, stderr, stdout } = await render(project);
  assert.deepEqual([code, stderr], [0, ""]);
  const deploy = filesIn(join(project, "deploy"));
  for (const [path, text] of Object.entries(deploy)) {
    assert.doesNotMatch(text, /v1:abc/, path);
    for (const [, after] of text.matchAll(/\{\s*\\?"\$secret\\?":\s*\\?"[^"\\]+\\?"([\s\S])/g))
      assert.equal(after, ",", `${path}: a reference without a source`);
  }
  const secrets = JSON.parse(deploy["secrets.json"] ?? "") as readonly {
    readonly name: string;
    readonly data: object;
  }[];
  const stackSecrets = Object.keys(
    secrets.find(({ name }) => name === "stack-secrets")?.data ?? {},
  );
  for (const name of ["channel", "slack", "shop-password", "warehouse-url"])
    assert.ok(stackSecrets.includes(name), name);
  assert.match(stdout, /^pipelines +stack-secrets +channel, /m);
});

describe("render --complete: images", () => {
  /** A registry that has the given images. */
  async function registry(t: TestContext, has: (path: string) => boolean) {
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      asked.push(url);
      if (has(url)) response.setHeader("docker-content-digest", DIGEST);
      response.writeHead(has(url) ? 200 : 404).end();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    t.after(() => server.close());
    return { address: `localhost:${(server.address() as AddressInfo).port}`, asked };
  }
  const config = (address: string) => ({ "tapctl:registry": { address } });

  test("render --complete: digests are looked up once and kept in images.json", async (t) => {
    const { address, asked } = await registry(t, () => true);
    const project = projectWith(t, `[${entry("one")}]`, config(address));
    assert.equal((await render(project)).code, 0);
    const lock = JSON.parse(readFileSync(join(project, "deploy", "images.json"), "utf8")) as object;
    assert.deepEqual(
      Object.keys(lock).map((image) => image.replace(/^[^/]+\/|:[^:]*$/g, "")),
      ["singer-runner", "tap-postgres", "target-jsonl"],
    );
    assert.deepEqual([...new Set(Object.values(lock))], [DIGEST]);
    const text = readFileSync(join(project, "deploy", "stack", "pipelines", "one.yaml"), "utf8");
    assert.match(text, new RegExp(`value: ${address}/tap-postgres:[^@]+@${DIGEST}\n`));
    const before = asked.length;
    assert.equal((await render(project)).code, 0);
    assert.equal(asked.length, before);
  });

  test("render --complete: the console's image has the digest of the registry, or that of the settings", async (t) => {
    const { address } = await registry(t, () => true);
    const console = (settings: object) =>
      projectWith(t, `[${entry("one")}]`, { ...config(address), "tapctl:ui": settings });
    const imageIn = async (project: string) => {
      const { code, stderr } = await render(project);
      assert.deepEqual([code, stderr], [0, ""]);
      const file = join(project, "deploy", "stack", "templates", "tapctl-console.yaml");
      const text = readFileSync(file, "utf8");
      assert.deepEqual(
        [...text.matchAll(/^kind: (.*)/gm)].map(([, kind]) => kind),
        ["ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "Deployment", "Service"],
      );
      return /image: (.*)/.exec(text)?.[1];
    };
    const built = console({ enabled: true });
    assert.match(
      (await imageIn(built)) ?? "",
      new RegExp(`^${address}/tapctl-console:[\\d.]+-[0-9a-f]{12}@${DIGEST}$`),
    );
    const lock = readFileSync(join(built, "deploy", "images.json"), "utf8");
    assert.match(lock, new RegExp(`"${address}/tapctl-console:[^"]+": "${DIGEST}"`));
    const ready = `${address}/own/console:7`;
    assert.equal(await imageIn(console({ enabled: true, image: ready })), `${ready}@${DIGEST}`);
  });

  test("render --complete: an image that the registry does not have is an error, and nothing is written", async (t) => {
    const { address } = await registry(t, (path) => !path.includes("tap-postgres"));
    const project = projectWith(t, `[${entry("one")}]`, config(address));
    const { code, stderr } = await render(project);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^1 image has no digest:\nlocalhost:\d+\/tap-postgres:\S+: localhost:\d+ does not have the image tap-postgres:\S+\nPush them first, with: .*tapctl build --stack prod\. Pass the digests that it prints with --images\./,
    );
    assert.ok(!existsSync(join(project, "deploy")));
  });

  test("render --complete: --images names digests, and no registry is needed", async (t) => {
    const address = "registry.invalid/etl";
    const project = projectWith(t, `[${entry("one")}]`, config(address));
    const { stdout } = await tapctl(project, ["render", "--stack", "prod", "--json"]);
    const { images } = JSON.parse(stdout) as { readonly images: object };
    const file = join(project, "digests.json");
    writeFileSync(
      file,
      JSON.stringify(Object.fromEntries(Object.keys(images).map((image) => [image, DIGEST]))),
    );
    assert.equal((await render(project, "--images", file)).code, 0);
    writeFileSync(file, JSON.stringify({ "registry.invalid/etl/tap:1": "latest" }));
    const { code, stderr } = await render(project, "--images", file);
    assert.deepEqual(
      [code, stderr.split("\n")[0]],
      [2, `${file}: registry.invalid/etl/tap:1 does not have a digest.`],
    );
  });
});

describe("render --complete: errors", () => {
  const cases = [
    [
      ["--registry", "x.example.com"],
      /^--registry cannot be used with --complete\.\nSet it in the stack's file/,
    ],
    [["--namespace", "etl"], /^--namespace cannot be used with --complete\./],
    [["--secret-store", "Vault/x"], /^Invalid value for --secret-store: "Vault\/x"\./],
  ] as const;
  for (const [flags, message] of cases)
    test(`render --complete: ${flags.join(" ")}`, async (t) => {
      const { code, stderr } = await render(projectWith(t, `[${entry("one")}]`), ...flags);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });

  test("render --complete: Argo CD needs the URL of the repository", async (t) => {
    const project = projectWith(t, `[${entry("one")}]`);
    const { code, stderr } = await tapctl(project, [
      "render",
      "--complete",
      "--stack",
      "prod",
      "--out",
      "x",
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /^--complete needs --stack, --out and, for Argo CD, --repo\.\n/);
  });

  test("render --complete: a stack whose roles only AWS knows is rejected", async (t) => {
    const project = projectWith(t, `[${entry("one")}]`, {
      ...READY,
      "tapctl:aws": { region: "eu-central-1" },
      "tapctl:objectStore": {
        kind: "aws",
        bucket: "example-etl",
        identity: {
          kind: "irsa",
          oidcProvider: "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/0123ABCD",
        },
      },
    });
    const { code, stderr } = await render(project);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^tapctl:objectStore\.identity is irsa, and the ARN of the role is not known/,
    );
  });
});

test("render --complete: vendored charts are read from the repository", async (t) => {
  const out = mkdtempSync(join(tmpdir(), "render-"));
  t.after(() => rmSync(out, { recursive: true, force: true }));
  const project = projectWith(t, `[${entry("one")}]`, {
    ...READY,
    "tapctl:argo": { chart: { path: "charts/argo-workflows" } },
  });
  assert.equal((await render(project)).code, 0);
  const file = join(project, "deploy", "stack", "charts", "argo-workflows.yaml");
  const objects = parseAllDocuments(readFileSync(file, "utf8")).map(
    (document) =>
      document.toJS() as { readonly kind: string; readonly spec: { readonly chart: object } },
  );
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ["HelmRelease"],
  );
  assert.deepEqual(objects[0]?.spec.chart, {
    spec: {
      chart: "./charts/argo-workflows",
      sourceRef: { kind: "GitRepository", name: "flux-system", namespace: "flux-system" },
    },
  });
});
