import assert from "node:assert/strict";
import { test } from "node:test";
import { changesText, eventReader, type EngineEvent } from "../../src/deploy/engine-events";

const urn = (
  name: string,
  type = "tapctl:index:Pipeline$kubernetes:argoproj.io/v1alpha1:CronWorkflow",
) => `urn:pulumi:dev::tapctl::${type}::${name}`;
const step = (op: string, name: string) => ({
  metadata: { op, urn: urn(name), type: "kubernetes:argoproj.io/v1alpha1:CronWorkflow" },
});
const warning = (message: string): EngineEvent => ({
  diagnosticEvent: { message, severity: "warning" },
});

function shown(events: readonly EngineEvent[]): {
  readonly lines: readonly string[];
  readonly log: readonly string[];
  readonly reader: ReturnType<typeof eventReader>;
} {
  const reader = eventReader();
  const read = events.map((event) => reader.read(event));
  return { lines: read.flatMap(({ lines }) => lines), log: read.flatMap(({ log }) => log), reader };
}

test("engine events: the screen shows changes and the summary, the log shows everything", () => {
  const { lines, log } = shown([
    { resOutputsEvent: { ...step("create", "orders"), planning: true } },
    { summaryEvent: { durationSeconds: 1, isPreview: true, resourceChanges: { create: 1 } } },
    { resourcePreEvent: step("refresh", "invoices") },
    { resOutputsEvent: step("refresh", "invoices") },
    { resOutputsEvent: step("same", "invoices") },
    { resOutputsEvent: step("create", "orders") },
    { summaryEvent: { durationSeconds: 12, resourceChanges: { create: 1, same: 80 } } },
  ]);
  assert.deepEqual(lines, ["  CronWorkflow orders: created", "1 created, 80 unchanged in 12 s"]);
  assert.deepEqual(log, [
    "preview: CronWorkflow orders: created",
    "preview: 1 created in 1 s",
    "CronWorkflow invoices: refresh",
    "CronWorkflow invoices: same",
    "CronWorkflow orders: created",
    "1 created, 80 unchanged in 12 s",
  ]);
});

test("engine events: a warning is shown once for all images and passes", () => {
  const events = [
    warning("unable to verify image tags localhost:5000/tap-a:1.0"),
    warning("unable to verify image tags localhost:5000/tap-b:2.0"),
    warning("unable to verify image tags localhost:5000/tap-a:1.0"),
    warning("another one"),
  ];
  const { lines, log, reader } = shown(events);
  assert.deepEqual(lines, [
    "warning: unable to verify image tags localhost:5000/tap-a:1.0",
    "warning: another one",
  ]);
  assert.equal(log.length, 4);
  assert.equal(reader.repeated(), 2);
});

test("engine events: operations that have started and not ended are running", () => {
  const { reader } = shown([
    { resourcePreEvent: step("create", "a") },
    { resourcePreEvent: step("create", "b") },
    { resOutputsEvent: step("create", "a") },
    { resourcePreEvent: step("same", "c") },
    { resourcePreEvent: { ...step("create", "d"), planning: true } },
  ]);
  assert.deepEqual(reader.running(), ["CronWorkflow b"]);
});

test("engine events: each error is reported once, with its resource and without colors", () => {
  const error: EngineEvent = {
    diagnosticEvent: {
      urn: urn("orders"),
      prefix: "<{%fg 1%}>error: <{%reset%}>",
      message: 'cronworkflows "orders" already exists\n<{%reset%}>',
      severity: "error",
    },
  };
  const { lines, reader } = shown([
    error,
    error,
    { resOpFailedEvent: step("create", "orders") },
    {
      policyEvent: {
        resourceUrn: urn("orders"),
        message: "no digest",
        enforcementLevel: "mandatory",
      },
    },
  ]);
  assert.deepEqual(lines, ["  CronWorkflow orders: create failed"]);
  assert.deepEqual(reader.errors(), [
    'CronWorkflow orders: cronworkflows "orders" already exists',
    "CronWorkflow orders: no digest",
  ]);
});

for (const [changes, text] of [
  [{}, "no changes"],
  [{ same: 3 }, "no changes, 3 unchanged"],
  [{ create: 2, update: 1, delete: 0, same: 4 }, "2 created, 1 updated, 4 unchanged"],
] as const) {
  test(`engine events: ${JSON.stringify(changes)} is "${text}"`, () =>
    assert.equal(changesText(changes), text));
}

test("engine events: a hook that is not called because the update was stopped is not an error", () => {
  const message =
    'error hooks execution failed: error hook "interrupted-update" failed: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:45127: connect: connection refused"';
  const { reader } = shown([
    {
      diagnosticEvent: {
        urn: urn("argo", "tapctl:index:ArgoWorkflows$kubernetes:helm.sh/v3:Release"),
        prefix: "error: ",
        message,
        severity: "error",
      },
    },
  ]);
  assert.deepEqual(reader.errors(), ["Release argo: stopped before it finished"]);
});
