import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { REPOSITORY, tapctl } from "../cli/support";
import { record } from "../support/record";

const EXAMPLES = join(REPOSITORY, "examples");
const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && existsSync(join(EXAMPLES, entry.name, "pipelines")) ? [entry.name] : [],
);

suite("examples", () => {
  test("examples: the page lists each example", () => {
    const page = readFileSync(join(EXAMPLES, "README.md"), "utf8");
    assert.ok(names.length >= 10);
    for (const name of names) assert.ok(page.includes(`[${name}](${name}/pipelines/index.ts)`));
  });

  for (const name of names)
    test(`examples: ${name} is valid and renders its manifests.yaml`, async () => {
      const project = join(EXAMPLES, name);
      const validated = await tapctl(project, ["validate"]);
      assert.equal(validated.code, 0, validated.stderr);
      const { stdout } = await tapctl(project, [
        "render",
        "--registry",
        "registry.example.com/etl",
      ]);
      assertFile(join(project, "manifests.yaml"), pipelinesIn(stdout));
    });

  test("examples: custom-stack declares its resources", async () => {
    const registrations = await record(() => import("../../examples/custom-stack/index.js"), {
      config: { "tapctl:secrets": JSON.stringify({ "shop-password": "x" }) },
      outputs: ({ type }) =>
        type === "docker-build:index:Image" ? { digest: `sha256:${"0".repeat(64)}` } : {},
    });
    const lines = registrations.map(({ type, name }) => withoutHashes(`${type} ${name}`));
    assertFile(join(EXAMPLES, "custom-stack", "resources.txt"), `${lines.sort().join("\n")}\n`);
  });
});

/** The manifests of the pipelines themselves, without the templates that all projects share. */
function pipelinesIn(rendered: string): string {
  const documents = rendered
    .split(/^---\n/m)
    .filter((text) => !/^kind: WorkflowTemplate$/m.test(text));
  return withoutHashes(documents.join("---\n"));
}

/** Tags of images without the hash of their content, which changes with every version of the runner. */
function withoutHashes(text: string): string {
  return text
    .replace(/-[0-9a-f]{12}(?=["\s]|$)/gm, "-<content>")
    .replace(/singer-runner:[0-9a-f]{12}/g, "singer-runner:<content>");
}

function assertFile(path: string, text: string): void {
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
  assert.equal(
    text,
    readFileSync(path, "utf8"),
    `${path} is not up to date: UPDATE_GOLDEN=1 writes it`,
  );
}
