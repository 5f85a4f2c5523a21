import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { stageConsole } from "../../../src/manifests/images/console-context";
import { consoleImage } from "../../../src/manifests/images/console-image";
import { taggedReference } from "../../../src/manifests/images/image";
import { consoleManifests } from "../../../src/manifests/stack/console";
import { only } from "../../support/record";
import { recordStack } from "../../support/stack";
import { ACCOUNT, answers } from "../../support/stack-prod";
import { checkValues } from "../../../src/settings/check";

const settingsOf = (values: object) => {
  const { settings, problems } = checkValues({ ...values });
  assert.deepEqual(problems, []);
  assert.ok(settings);
  return settings;
};

suite("console on a cluster", () => {
  test("console: its image depends on its program and its base image; by default there is none", () => {
    const imageOf = (ui: object) => consoleImage(settingsOf({ ui }).ui);
    assert.equal(imageOf({}), undefined);
    assert.deepEqual(imageOf({ enabled: true, image: "acme/console:1" }), {
      ready: "acme/console:1",
    });
    const tagOf = (ui: object) => taggedReference((name) => name, imageOf(ui) ?? { ready: "" });
    const one = tagOf({ enabled: true });
    assert.match(one, /^tapctl-console:\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    assert.equal(tagOf({ enabled: true, allowChanges: true }), one);
    assert.notEqual(tagOf({ enabled: true, baseImage: "node:24-slim" }), one);
  });

  test("console: its account may only read, in its namespace, and its pod is restricted", () => {
    const objects = consoleManifests(
      settingsOf({ ui: { enabled: true, allowChanges: true }, namespace: "etl" }),
      "acme/console:1",
    );
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "Deployment", "Service"],
    );
    const text = JSON.stringify(objects);
    const [, role] = objects as unknown as readonly [
      object,
      {
        readonly rules: readonly {
          readonly verbs: readonly string[];
          readonly resources: readonly string[];
          readonly resourceNames?: readonly string[];
        }[];
      },
    ];
    assert.deepEqual([...new Set(role.rules.flatMap(({ verbs }) => verbs))].sort(), [
      "get",
      "list",
    ]);
    for (const { resources, resourceNames } of role.rules)
      assert.ok(!resources.includes("secrets") || resourceNames?.length === 1);
    assert.match(text, /"runAsNonRoot":true.*"readOnlyRootFilesystem":true/);
    assert.match(text, /"limits":\{"memory":"150M"\}/);
    assert.match(text, /tapctl-console\.etl\.svc/);
  });

  test("console: settings that cannot work are reported", () => {
    const problems = (values: object) => checkValues({ ...values }).problems;
    assert.match(problems({ ui: { enabled: "yes" } })[0] ?? "", /^ui\.enabled: /);
    assert.match(
      problems({ ui: { hosts: ["https://x"] } })[0] ?? "",
      /^ui\.hosts.*must be a host name/,
    );
    assert.match(
      problems({ ui: { image: "x" } })[0] ?? "",
      /^ui\.image: must be an image with a tag/,
    );
  });

  test("console: its program is one file that starts without packages, the same for each build", (t) => {
    const root = mkdtempSync(join(tmpdir(), "tapctl-console-"));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const program = join(root, stageConsole(root), "console.js");
    const env = { ...process.env, KUBERNETES_SERVICE_HOST: undefined };
    const { status, stderr } = spawnSync(process.execPath, [program], { env, encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /^This program runs in a pod: KUBERNETES_SERVICE_HOST is not set\.\n/);
    const first = readFileSync(program, "utf8");
    stageConsole(root);
    assert.ok(first === readFileSync(program, "utf8"));
    assert.ok(
      !first.includes(root) && !first.includes(process.cwd()),
      "it contains no path of this machine",
    );
  });
});

test("console: the stack builds its image from the base image of the settings", async () => {
  const stack = await recordStack([], {
    "tapctl:ui": JSON.stringify({ enabled: true, baseImage: "registry.example.com/node:22" }),
  });
  const { inputs } = only(stack, "docker-build:index:Image", "console");
  const { buildArgs, context } = inputs as {
    readonly buildArgs: { readonly BASE_IMAGE: string };
    readonly context: { readonly location: string };
  };
  assert.equal(buildArgs.BASE_IMAGE, "registry.example.com/node:22");
  assert.match(context.location, /\.tapctl\/console$/);
  const deployment = only(stack, "kubernetes:apps/v1:Deployment", "console").inputs;
  assert.match(JSON.stringify(deployment), /tapctl-console:[^"]+@sha256:/);
});

test("console: with ECR, its image has a repository", async () => {
  const stack = await recordStack(
    [],
    {
      "tapctl:aws": JSON.stringify({ region: "eu-central-1", account: ACCOUNT, ecr: {} }),
      "tapctl:ui": JSON.stringify({ enabled: true }),
    },
    answers,
  );
  const { inputs } = only(stack, "docker-build:index:Image", "console");
  assert.match(
    JSON.stringify(inputs),
    /\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/[^"]*tapctl-console:/,
  );
});
