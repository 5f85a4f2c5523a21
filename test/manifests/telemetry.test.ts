import assert from "node:assert/strict";
import { test } from "node:test";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { settings } from "./fixtures";
import { validators } from "./valid";

const telemetry = {
  endpoint: "http://collector.monitoring:4318",
  timeout: "0.5s",
  headers: { name: "telemetry", key: "headers.json" },
  resourceAttributes: { "service.namespace": "pipelines", team: "a,b=c" },
} as const;
const reported = singerTemplates({ ...settings, telemetry });

const containers = reported.flatMap(({ spec }) =>
  (spec.templates ?? []).flatMap((template) =>
    [template.container, ...(template.containerSet?.containers ?? [])].flatMap((container) =>
      container ? [{ ...container, of: template.name ?? "" }] : [],
    ),
  ),
);

test("telemetry: only containers without a connector have the receiver and its headers, and Argo's executor reads none of it", () => {
  const own = containers.filter(({ env = [] }) => env.some(({ name }) => name?.includes("OTEL_")));
  assert.deepEqual([...new Set(own.map(({ of, name }) => `${of} ${name}`))].sort(), [
    "commit-pod main",
    "replicate-pod main",
    "summarize main",
  ]);
  for (const { env = [] } of own)
    assert.deepEqual(
      env.filter(({ name }) => name?.includes("OTEL_")),
      [
        { name: "TAPCTL_OTEL_EXPORTER_OTLP_ENDPOINT", value: telemetry.endpoint },
        { name: "TAPCTL_OTEL_EXPORTER_OTLP_TIMEOUT", value: "500" },
        {
          name: "TAPCTL_OTEL_RESOURCE_ATTRIBUTES",
          value: "service.namespace=pipelines,team=a%2Cb%3Dc",
        },
        {
          name: "TAPCTL_OTEL_EXPORTER_OTLP_HEADERS",
          valueFrom: {
            secretKeyRef: { name: "telemetry", key: "headers.json", optional: true },
          },
        },
      ],
    );
});

test("telemetry: each attempt reads the result of the one before it", async () => {
  const validate = await validators();
  reported.forEach(validate);
  const inputs = (templates: typeof reported, name: string) =>
    templates
      .flatMap(({ spec }) => spec.templates ?? [])
      .filter((template) => template.name === name)
      .flatMap(({ inputs }) => inputs?.artifacts ?? [])
      .filter((artifact) => artifact.name.startsWith("previous-"))
      .map(({ name, path, s3 }) => [name, path, s3?.key?.split("/").at(-1)]);
  const ofTap = ["previous-tap", "/singer/work/previous-tap.json", "extract-result.json"];
  assert.deepEqual(inputs(reported, "extract-pod"), [ofTap]);
  assert.deepEqual(inputs(reported, "replicate-pod"), [ofTap]);
  assert.deepEqual(inputs(reported, "load-pod"), [
    ["previous-target", "/singer/work/previous-target.json", "load-result.json"],
  ]);
  assert.deepEqual(inputs(singerTemplates(settings), "extract-pod"), []);
});
