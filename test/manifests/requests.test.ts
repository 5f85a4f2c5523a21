/** Requests to the runner in the templates, as a pod gets them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { defaultParameters } from "../../src/manifests/argo/parameters";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { deployed, runArguments } from "../../src/manifests/argo/run-parameters";
import { requestSchema, requestSchemaText } from "../../src/model/request/schema";
import type { Template } from "../../src/manifests/argo/types";
import { assertGolden } from "./golden";
import { images, pipelines, settings } from "./fixtures";

const ROOT = join(__dirname, "..", "..");

type Values = { readonly [parameter: string]: string };

test("runner requests: the published schema is that of the program", () =>
  assertGolden("../../images/singer/request.schema.json", requestSchemaText()));

describe("runner requests of the templates", () => {
  const defaults: Values = { ...defaultParameters(settings) };
  const odd: Values = {
    ...defaults,
    owner: 'the "data" team \\ <a@b>',
    notifyOn: "failed",
    tapSettings: '{"start_date": "2026-01-01", "id": 12345678901234567890}',
    followUps: '[{"name":"dbt"}]',
    saveState: "false",
  };
  const given = pipelines.map((entry) =>
    runArguments(deployed(entry, images), settings, "schedule"),
  );
  const all = [
    defaults,
    odd,
    ...given.map((own) => ({
      ...defaults,
      ...Object.fromEntries(own.map(({ name, value }) => [name, value])),
    })),
  ];
  for (const { spec } of singerTemplates(settings)) {
    for (const template of spec.templates ?? []) {
      for (const { name, args } of containersOf(template)) {
        test(`runner requests: ${spec.entrypoint}, ${template.name}, ${name} is valid`, () => {
          for (const values of all)
            assert.doesNotThrow(
              () => requestSchema.parse(JSON.parse(completed(args?.[0] ?? "", values))),
              completed(args?.[0] ?? "", values),
            );
        });
      }
    }
  }
});

test("runner requests: text, lists and settings reach the runner unchanged", () => {
  const [failed] = singerTemplates(settings)
    .flatMap(({ spec }) => spec.templates ?? [])
    .filter(({ name }) => name === "notify-failed");
  const values = {
    ...defaultParameters(settings),
    owner: 'the "data" team \\ <a@b>',
    notifyOn: "failed,recovered",
  };
  const request = JSON.parse(completed(failed?.container?.args?.[0] ?? "", values)) as {
    readonly owner: string;
    readonly on: readonly string[];
  };
  assert.deepEqual([request.owner, request.on], [values.owner, ["failed", "recovered"]]);
});

test("runner requests: the runner and the program accept and reject the same", () => {
  const good = { command: "verdict", result: "r.json" };
  const requests: readonly (readonly [object, boolean])[] = [
    [good, true],
    [{ ...good, loaded: "x" }, true],
    [{ ...good, other: 1 }, false],
    [{ ...good, result: 1 }, false],
    [{ command: "verdict" }, false],
    [{ command: "judge" }, false],
    [{ command: "load", minRecords: 3, graceSeconds: 0.5, partial: true }, true],
    [{ command: "load", minRecords: -1 }, false],
    [{ command: "load", minRecords: 1.5 }, false],
    [{ command: "load", graceSeconds: "1" }, false],
    [{ command: "load", partial: 1 }, false],
    [{ command: "load", onChange: "ask" }, false],
    [{ command: "extract", settings: { any: [1, { thing: null }] } }, true],
    [{ command: "extract", settings: [] }, false],
    [
      {
        command: "describe",
        kind: "tap",
        name: "x",
        version: "1",
        start: ["x"],
        output: "c",
        settings: { a: "json" },
      },
      true,
    ],
    [{ command: "describe", kind: "tap", name: "x", version: "1", start: [], output: "c" }, false],
    [
      { command: "describe", kind: "tap", name: "", version: "1", start: ["x"], output: "c" },
      false,
    ],
    [
      {
        command: "describe",
        kind: "tap",
        name: "x",
        version: "1",
        start: ["x"],
        output: "c",
        settings: { a: "text" },
      },
      false,
    ],
  ];
  const script =
    "import json, sys; from runner.request import arguments; from runner.codes import RunnerError\ndef good(request):\n  try: arguments(request); return True\n  except RunnerError: return False\nprint(json.dumps([good(each) for each in json.loads(sys.argv[1])]))";
  const { stdout, stderr } = spawnSync(
    "python3",
    ["-B", "-c", script, JSON.stringify(requests.map(([each]) => each))],
    { encoding: "utf8", env: { ...process.env, PYTHONPATH: join(ROOT, "images", "singer") } },
  );
  assert.deepEqual(
    JSON.parse(stdout || "0"),
    requests.map(([, good]) => good),
    stderr,
  );
  assert.deepEqual(
    requests.map(([each]) => requestSchema.safeParse(each).success),
    requests.map(([, good]) => good),
  );
});

function containersOf({ container, containerSet }: Template) {
  return [...(container ? [container] : []), ...(containerSet?.containers ?? [])].filter(
    ({ command }) => command?.[0] === "singer-runner",
  );
}

/** A text as Argo expands it: parameters, and the expressions that requests use. */
function completed(text: string, values: Values): string {
  return text.replace(/\{\{(.*?)\}\}/g, (_, tag: string) => {
    const name = /^workflow\.parameters\.(\w+)$/.exec(tag)?.[1];
    if (name !== undefined) return values[name] ?? assert.fail(`no parameter ${name}`);
    if (tag === "=toJson(workflow.parameters.owner)") return JSON.stringify(values["owner"]);
    if (tag === "=toJson(split(workflow.parameters.notifyOn, ','))")
      return JSON.stringify(values["notifyOn"]?.split(","));
    if (tag === "=workflow.parameters.followUps != '[]'")
      return String(values["followUps"] !== "[]");
    if (tag === "inputs.parameters.attempt") return "1";
    if (tag === "inputs.parameters.tapOutcome") return "complete";
    assert.match(
      tag,
      /^(workflow\.(name|namespace|status|duration|scheduledTime|creationTimestamp\.RFC3339)|inputs\.parameters\.run)$/,
    );
    return "some-text";
  });
}
