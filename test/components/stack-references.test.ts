import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { pipelines } from "../manifests/fixtures";
import { once } from "../support/once";
import type { Registration } from "../support/record";
import { recordStack } from "../support/stack";

const stack = once(() =>
  recordStack(pipelines, {
    "tapctl:notifications": JSON.stringify({ webhook: "channel" }),
    "tapctl:lineage": JSON.stringify({
      openlineage: { url: "https://marquez.example.com", apiKey: "channel" },
    }),
    "tapctl:telemetry": JSON.stringify({
      endpoint: "https://otlp.example.com",
      headers: { Authorization: { secret: "channel" } },
    }),
  }),
);

/** Every object and list inside a value, with itself. */
function* inside(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const item of Object.values(value)) yield* inside(item);
}

const ofType = (registrations: readonly Registration[], kind: string) =>
  registrations.filter(({ type }) => type.endsWith(`:${kind}`));
const nameOf = ({ inputs }: Registration) => (inputs["metadata"] as { readonly name: string }).name;

suite("references of a stack's Workflows", () => {
  test("references: every template exists in the WorkflowTemplate that CronWorkflows name", async () => {
    const registrations = await stack();
    const templates = new Map(
      ofType(registrations, "WorkflowTemplate").map((one) => [
        nameOf(one),
        (one.inputs["spec"] as { readonly templates: readonly { readonly name: string }[] })
          .templates,
      ]),
    );
    for (const cron of ofType(registrations, "CronWorkflow")) {
      const { entrypoint, workflowTemplateRef } = (
        cron.inputs["spec"] as {
          readonly workflowSpec: {
            readonly entrypoint: string;
            readonly workflowTemplateRef: { readonly name: string };
          };
        }
      ).workflowSpec;
      assert.ok(
        templates.get(workflowTemplateRef.name)?.some(({ name }) => name === entrypoint),
        `${cron.name}: ${entrypoint}`,
      );
    }
    for (const [template, all] of templates) {
      const named = [...inside(all)].flatMap(({ template: called }) =>
        typeof called === "string" ? [called] : [],
      );
      for (const called of named)
        assert.ok(
          all.some(({ name }) => name === called),
          `${template}: ${called}`,
        );
    }
  });

  test("references: every Secret of containers, volumes, webhooks and the object store exists", async () => {
    const registrations = await stack();
    const secrets = new Set(ofType(registrations, "Secret").map(nameOf));
    const parameters = ofType(registrations, "CronWorkflow").flatMap(({ inputs }) =>
      [...inside(inputs)]
        .filter(
          ({ name, value }) =>
            (name === "configSecret" || name === "webhookSecret") &&
            value !== "" &&
            value !== "none",
        )
        .map(({ value }) => value as string),
    );
    const patched = ofType(registrations, "CronWorkflow").flatMap(({ inputs }) =>
      [...JSON.stringify(inputs).matchAll(/secretKeyRef\\+":\{\\+"name\\+":\\+"([^"\\]+)/g)].map(
        ([, name]) => name ?? "",
      ),
    );
    const direct = registrations.flatMap(({ inputs }) =>
      [...inside(inputs)]
        .flatMap(({ secretKeyRef, secretName }) => [
          (secretKeyRef as { readonly name?: string } | undefined)?.name,
          secretName,
        ])
        .filter((name): name is string => typeof name === "string" && !name.includes("{{")),
    );
    assert.ok(parameters.length > 3 && patched.length > 0);
    assert.deepEqual(
      [...parameters, ...patched, ...direct].filter((name) => !secrets.has(name)),
      [],
    );
  });
});

test("golden files: none contains the value of a secret", () => {
  const files = (folder: string): readonly string[] =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]));
  for (const path of files(join(__dirname, "..", "golden")))
    assert.doesNotMatch(readFileSync(path, "utf8"), /value-of-|made-up-for-/, path);
});
