import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  type AnalyzeResponse,
  type AnalyzerInfo,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { policies } from "../../policy/policies";

// The pack as the engine starts it: a separate process in its own folder, called by gRPC.

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const CRON_WORKFLOW = "kubernetes:argoproj.io/v1alpha1:CronWorkflow";
const child = spawn(process.execPath, ["."], {
  cwd: join(__dirname, "..", "..", "policy"),
  stdio: ["ignore", "pipe", "inherit"],
});
let client: AnalyzerClient;

before(async () => {
  const [port] = (await once(createInterface(child.stdout), "line")) as [string];
  client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
});
after(() => {
  client.close();
  child.kill();
});

function answer<Response>(
  call: (callback: (error: Error | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) =>
    call((error, response) => (error ? reject(error) : resolve(response))),
  );
}

const struct = (value: object) =>
  Struct.fromJavaScript(value as { [key: string]: JavaScriptValue });

async function analyze(type: string, props: object): Promise<readonly string[]> {
  const request = new AnalyzeRequest()
    .setType(type)
    .setName("orders")
    .setUrn(`urn:pulumi:t::tapctl::${type}::orders`)
    .setProperties(struct(props))
    .setOptions(new AnalyzerResourceOptions());
  return messagesOf(await answer((callback) => client.analyze(request, callback)));
}

function messagesOf(response: AnalyzeResponse): readonly string[] {
  return response
    .getDiagnosticsList()
    .map((one) => `${one.getPolicyname()}: ${one.getMessage().split("\n").at(-1) ?? ""}`);
}

const workflow = (parameters: readonly object[], activeDeadlineSeconds = 3600) => ({
  metadata: { name: "orders" },
  spec: {
    schedules: ["0 6 * * *"],
    timezone: "UTC",
    workflowSpec: {
      workflowTemplateRef: { name: "singer" },
      activeDeadlineSeconds,
      arguments: { parameters },
    },
  },
});

test("policy pack: it lists every policy with level and settings", async () => {
  const info = await answer<AnalyzerInfo>((callback) =>
    client.getAnalyzerInfo(new Empty(), callback),
  );
  assert.deepEqual(
    info.getPoliciesList().map((one) => one.getName()),
    policies.map(({ name }) => name),
  );
  const mandatory = info
    .getPoliciesList()
    .filter((one) => one.getEnforcementlevel() === EnforcementLevel.MANDATORY)
    .map((one) => one.getName());
  assert.deepEqual(
    mandatory,
    policies.filter(({ level }) => level === "mandatory").map(({ name }) => name),
  );
});

test("policy pack: unknown values in a preview do not hide the rest of the resource", async () => {
  const parameters = [
    { name: "tapImage", value: UNKNOWN },
    { name: "targetImage", value: "acme/target:1" },
  ];
  assert.deepEqual(
    (await analyze(CRON_WORKFLOW, workflow(parameters, 90_000))).map((text) => text.slice(0, 60)),
    [
      'images-by-digest: argument "targetImage": image "acme/target:1" has no digest'.slice(0, 60),
      "deadlines-and-retries: the deadline of 90000 s exceeds the maximum of 1d (86400 s)".slice(
        0,
        60,
      ),
    ],
  );
  assert.deepEqual(await analyze("kubernetes:core/v1:ConfigMap", { data: UNKNOWN }), []);
});

test("policy pack: stack policies see the whole stack", async () => {
  const resources = Array.from({ length: 6 }, (_, index) =>
    new AnalyzerResource()
      .setType(CRON_WORKFLOW)
      .setName(`p${index}`)
      .setUrn(`urn:pulumi:t::tapctl::${CRON_WORKFLOW}::p${index}`)
      .setProperties(struct({ ...workflow([]), metadata: { name: `p${index}` } }))
      .setOptions(new AnalyzerResourceOptions()),
  );
  const [first, ...others] = messagesOf(
    await answer((callback) =>
      client.analyzeStack(new AnalyzeStackRequest().setResourcesList(resources), callback),
    ),
  );
  assert.match(first ?? "", /^schedules-spread: .*p5: "0 6 \* \* \*" → "50 6 \* \* \*"/);
  assert.deepEqual(others, []);
});

test("policy pack: settings of --policy-pack-config are used", async () => {
  const request = new ConfigureAnalyzerRequest();
  request
    .getPolicyconfigMap()
    .set(
      "deadlines-and-retries",
      new PolicyConfig()
        .setEnforcementlevel(EnforcementLevel.MANDATORY)
        .setProperties(struct({ maxDeadline: "2d" })),
    );
  await answer<Empty>((callback) => client.configure(request, callback));
  assert.deepEqual(await analyze(CRON_WORKFLOW, workflow([], 90_000)), []);
});
