import assert from "node:assert/strict";
import { test } from "node:test";
import { RUN_KINDS } from "../../src/manifests/argo/names";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { settings } from "./fixtures";
import { validators } from "./valid";

const lineage = {
  url: "https://marquez.example.com",
  namespace: "prod",
  apiKey: { name: "lineage", key: "apiKey" },
  store: "s3://singer",
};
const reported = singerTemplates({ ...settings, lineage });

interface Named {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
}

/** Names of the variables of each container, by template. */
function variables(templates: typeof reported): ReadonlyMap<string, readonly string[]> {
  const found = templates.flatMap(({ spec }) =>
    (spec.templates ?? []).flatMap((template) =>
      [template.container, ...(template.containerSet?.containers ?? [])].flatMap((container) =>
        container
          ? [
              [
                `${template.name} ${container.name ?? ""}`,
                ((container.env ?? []) as readonly Named[]).map(({ name }) => name ?? ""),
              ] as const,
            ]
          : [],
      ),
    ),
  );
  return new Map(found);
}

test("lineage: only containers without a connector have the backend and its key", () => {
  const own = [...variables(reported)].filter(([, names]) => names.includes("OPENLINEAGE_URL"));
  assert.deepEqual(own.map(([name]) => name).sort(), [
    "commit-pod main",
    "lineage-started main",
    "replicate-pod main",
    "summarize main",
  ]);
  for (const [, names] of own)
    for (const name of ["OPENLINEAGE_NAMESPACE", "OPENLINEAGE_API_KEY", "TAPCTL_STORE"])
      assert.ok(names.includes(name), name);
});

test("lineage: the steps of connectors leave their datasets in the results", () => {
  const all = variables(reported);
  for (const name of [
    "extract-pod main",
    "load-pod main",
    "replicate-pod tap",
    "replicate-pod target",
  ])
    assert.ok(all.get(name)?.includes("TAPCTL_LINEAGE"), name);
});

for (const entrypoint of [...RUN_KINDS, "retry", "load-only"])
  test(`lineage: a start of ${entrypoint} is sent in parallel to its first step and never fails a run`, async () => {
    const validate = await validators();
    for (const template of reported) validate(template);
    const entry = reported
      .flatMap(({ spec }) => spec.templates ?? [])
      .find(({ name }) => name === entrypoint);
    const task = entry?.dag?.tasks.find(({ name }) => name === "lineage-started");
    assert.deepEqual(task?.continueOn, { failed: true, error: true });
    assert.equal(task?.dependencies, undefined);
  });

test("lineage: without a backend, templates and environment are unchanged", () => {
  const plain = JSON.stringify(singerTemplates(settings));
  assert.doesNotMatch(plain, /lineage/i);
});
