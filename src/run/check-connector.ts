import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectorDefinition } from "../model/connector";
import type { Replication } from "../model/replication";
import { streamRulesOf } from "../model/stream-rules";
import type { ConnectorConfig } from "./connector-configs";
import { describeStreams } from "./discovered-streams";
import type { Environment } from "./environments/environment";
import { filesBelow } from "./files";
import {
  callForText,
  callTrial,
  descriptionOf,
  discoverStreams,
  harmlessSettings,
  tapFields,
  targetFields,
  type Trial,
} from "./trial";
import { openWorkspace } from "./workspace";
import type { ReplicationSlot } from "../store/runs/run-summary";
import { describeSlot, slotProblems } from "../store/runs/slots";

/** A step of a check. */
export interface CheckStep {
  /**
   * `starts`, then for a tap `discovers` or `extracts`, and `slot` if it reads a log, for a target
   * `loads`.
   */
  readonly name: "starts" | "discovers" | "extracts" | "slot" | "loads";
  /** Whether the step succeeded. True if it was skipped; `detail` says so. */
  readonly ok: boolean;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Result, or why the step failed, on one line. */
  readonly detail: string;
}

/** Result of a check. */
export interface CheckResult {
  /** Whether every step succeeded. */
  readonly ok: boolean;
  /** Steps in order, up to the first that failed. */
  readonly steps: readonly CheckStep[];
}

/** Options of a check. */
export interface CheckOptions {
  /** Config with secrets and defaults applied. Default: none; only the start is checked. */
  readonly settings?: ConnectorConfig;
  /** Folder that relative paths in settings refer to. */
  readonly cwd: string;
  /** Streams that the pipeline selects. Default: those that the tap selects by itself. */
  readonly streams?: Replication["streams"];
  /** Whether the tap reads the log of a database. Default: false. */
  readonly readsLog?: boolean;
  /** Most bytes that its replication slot may retain. Default: any. */
  readonly maxSlotBytes?: number;
  /** Whether a record may be written to the target's real destination. Default: false. */
  readonly write?: boolean;
  /** Timeout of each step in seconds. Default: 60. */
  readonly timeout?: number;
}

/** Input of a trial load: one stream with one record, and a state. */
const TRIAL = [
  {
    type: "SCHEMA",
    stream: "tapctl_check",
    schema: {
      type: "object",
      properties: { id: { type: "integer" }, note: { type: ["null", "string"] } },
    },
    key_properties: ["id"],
  },
  { type: "RECORD", stream: "tapctl_check", record: { id: 1, note: "written by tapctl check" } },
  { type: "STATE", value: { bookmarks: { tapctl_check: { id: 1 } } } },
];

/**
 * Checks an installed connector without running a pipeline. A tap discovers its catalog, or, if it
 * has none, is stopped after its first message. A target loads one record, into a temporary folder
 * if it writes files.
 */
export async function checkConnector(
  environment: Environment,
  connector: ConnectorDefinition,
  options: CheckOptions,
): Promise<CheckResult> {
  const workspace = openWorkspace();
  try {
    const { flags, python } = descriptionOf(environment);
    const started: CheckStep = {
      name: "starts",
      ok: true,
      seconds: 0,
      detail: `answered --help when it was installed${python === null ? "" : `, on Python ${python}`}`,
    };
    const { settings } = options;
    if (!settings) return { ok: true, steps: [started] };
    const { cwd, timeout = 60, streams, write = false } = options;
    const trial = { environment, connector, settings, cwd, timeout, workspace };
    const begun = performance.now();
    const result =
      connector.kind === "target"
        ? await load(trial, write)
        : flags.discover
          ? await discover(trial, streams)
          : await extract(trial);
    const step = { ...result, seconds: secondsSince(begun) };
    if (!step.ok || options.readsLog !== true) return { ok: step.ok, steps: [started, step] };
    const then = performance.now();
    const slot = { ...(await readSlots(trial, options.maxSlotBytes)), seconds: secondsSince(then) };
    return { ok: slot.ok, steps: [started, step, slot] };
  } finally {
    workspace.remove();
  }
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000;
}

type Tried = Omit<CheckStep, "seconds">;

async function load(trial: Trial, write: boolean): Promise<Tried> {
  const { connector, workspace } = trial;
  const output = join(workspace.directory, "output");
  mkdirSync(output);
  const harmless = harmlessSettings(connector, output);
  if (!harmless && !write) {
    return {
      name: "loads",
      ok: true,
      detail: "not tried, because it would write to its real destination",
    };
  }
  const input = join(workspace.directory, "trial.jsonl");
  writeFileSync(input, TRIAL.map((message) => `${JSON.stringify(message)}\n`).join(""));
  const result = await callTrial(
    trial,
    { command: "load", ...targetFields(trial, harmless ?? {}), input },
    () => false,
  );
  if (result.code !== 0)
    return { name: "loads", ok: false, detail: result.error ?? `failed with code ${result.code}` };
  if (connector.outputSetting !== undefined && filesBelow(output).length === 0)
    return { name: "loads", ok: false, detail: "took a record and wrote no file" };
  return {
    name: "loads",
    ok: true,
    detail: harmless
      ? "took a record"
      : "took a record into the stream tapctl_check of its real destination",
  };
}

async function discover(trial: Trial, streams: CheckOptions["streams"]): Promise<Tried> {
  const found = await discoverStreams(trial);
  return "problem" in found
    ? { name: "discovers", ok: false, detail: found.problem }
    : { name: "discovers", ...describeStreams(found.streams, streamRulesOf({ streams })) };
}

async function extract(trial: Trial): Promise<Tried> {
  const extracted = join(trial.workspace.directory, "extract.jsonl");
  const seen = () =>
    existsSync(extracted) && /"type"\s*:\s*"(SCHEMA|RECORD)"/.test(readFileSync(extracted, "utf8"));
  const result = await callTrial(
    trial,
    { command: "extract", ...tapFields(trial), output: extracted, graceSeconds: 5 },
    seen,
  );
  if (seen()) return { name: "extracts", ok: true, detail: "sent its first message" };
  return { name: "extracts", ok: false, detail: result.error ?? "sent no message" };
}

async function readSlots(trial: Trial, maxSlotBytes: number | undefined): Promise<Tried> {
  const { environment, cwd, timeout } = trial;
  const { output, problem } = await callForText(
    environment,
    {
      command: "slots",
      ...tapFields(trial),
      ...(maxSlotBytes !== undefined && { maxSlotBytes }),
      parentProcess: process.pid,
    },
    { cwd, timeout },
  );
  if (problem !== undefined) return { name: "slot", ok: false, detail: problem };
  const slots = JSON.parse(output) as readonly ReplicationSlot[];
  const [wrong] = slotProblems(slots, false);
  return {
    name: "slot",
    ok: wrong === undefined,
    detail: wrong ?? slots.map(describeSlot).join("; "),
  };
}
