import pc from "picocolors";
import type { Commands } from "../common/commands";
import { formatBytes, table } from "../common/print";
import { formatAge, resultText, statusTable } from "../status/status-table";
import {
  describeState,
  leftOutColumn,
  recordsCellText,
  schemaColumn,
} from "../store/runs/run-text";
import { slotsTable } from "../store/runs/slots";
import type { CliContext } from "./context";
import { entryIfAny } from "./pipeline";
import {
  clusterDetails,
  type Details,
  localDetails,
  type ShownRun,
  type ShownStep,
} from "./status-details";

/**
 * `tapctl status NAME [RUN]`, as text and as JSON.
 *
 * @param wanted id or Workflow name of the run whose steps and files are shown. Default: the
 *   newest.
 * @throws UserError if the pipeline or run does not exist.
 */
export async function onePipeline(
  context: CliContext,
  name: string,
  wanted?: string,
): Promise<{ readonly text: string; readonly json: unknown }> {
  const entry = await entryIfAny(context, name);
  const details =
    context.surroundings.on === "local"
      ? await localDetails(context, name, wanted)
      : await clusterDetails(context, name, entry, wanted);
  const which = wanted === undefined ? "the newest run" : `run ${details.of}`;
  const parts = [
    statusTable([details.status], context.commands),
    section("REPLICATION SLOTS after the last run", slotsTable(details.status.last?.slots ?? [])),
    section("LAST RUNS", runsTable(details.runs)),
    section(`STEPS of ${which}`, stepsTable(details.steps)),
    section(`FILES of ${which}`, filesTable(details.files, name, details.of, context.commands)),
    `state: ${describeState(details.state)}`,
  ];
  const about = [
    entry?.description,
    entry?.owner === undefined ? undefined : `owner: ${entry.owner}`,
  ]
    .filter((one) => one !== undefined)
    .join("; ");
  return {
    text: [...(about === "" ? [] : [about]), ...parts.filter((part) => part !== "")].join("\n\n"),
    json: {
      ...details.status,
      runs: details.runs,
      steps: details.steps,
      files: details.files,
      state: details.state ?? null,
    },
  };
}

function section(title: string, body: string): string {
  return body === "" ? "" : `${pc.bold(title)}\n${body}`;
}

function runsTable(runs: readonly ShownRun[]): string {
  if (runs.length === 0) return "";
  const leftOut = leftOutColumn(runs);
  const schemas = schemaColumn(runs);
  const rows = runs.map(
    ({ run, trigger, status, stuck, started, seconds, records, bytes, error, ...more }) => [
      run,
      trigger,
      resultText({ status, stuck }),
      started.slice(0, 19).replace("T", " "),
      seconds === null ? "-" : formatAge(seconds),
      records === null ? "-" : recordsCellText({ records, ...more }),
      bytes === null ? "-" : formatBytes(bytes),
      ...leftOut.cell(more),
      ...schemas.cell(more),
      error ?? "",
    ],
  );
  return table(
    [
      "RUN",
      "STARTED BY",
      "RESULT",
      "STARTED",
      "DURATION",
      "RECORDS",
      "BYTES",
      ...leftOut.header,
      ...schemas.header,
      "ERROR",
    ],
    rows,
  );
}

function stepsTable(steps: readonly ShownStep[]): string {
  return steps.length === 0
    ? ""
    : table(
        ["STEP", "PHASE", "DURATION", "MESSAGE"],
        steps.map(({ step, phase, seconds, message }) => [
          step,
          phase.toLowerCase(),
          seconds === null ? "-" : formatAge(seconds),
          message?.split("\n")[0] ?? "",
        ]),
      );
}

function filesTable(
  files: Details["files"],
  name: string,
  run: string | undefined,
  { tapctl }: Commands,
): string {
  if (files.length === 0) return "";
  return `${files.map(({ file, bytes }) => `${file} (${formatBytes(bytes)})`).join(", ")}\nDownload them with: ${tapctl(`artifacts ${name} ${run ?? ""} --get DIR`)}`;
}
