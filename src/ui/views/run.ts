import type { RunStep } from "../../cluster/run-steps";
import { formatBytes } from "../../common/print";
import { html, type Html } from "../../report/html";
import { pairs } from "../../report/pipeline";
import { moment, number, took } from "../../report/words";
import { isRunId, runPrefix } from "../../store/keys";
import {
  describeSlices,
  describeState,
  describeStateAfter,
  recordsCellText,
} from "../../store/runs/run-text";
import { readSummary } from "../../store/runs/runs";
import type { RunSummary } from "../../store/runs/run-summary";
import { actionButton, type Rights } from "../buttons";
import type { ConsoleSource } from "../source";
import { pipelinePath, type Item, type View } from "../view";
import { section } from "./pipeline";
import { currentRun, currentRunLinks } from "./running";
import { schemaTable } from "./schemas";

/** One run; undefined if it does not exist. */
export async function runView(
  { live, store, steps }: ConsoleSource,
  { pipeline: name, run }: { readonly pipeline: string; readonly run: string },
  now: Date,
  rights: Rights,
): Promise<View | undefined> {
  const pipeline = live.get(name, now);
  // Both become parts of keys.
  if (pipeline === undefined || !isRunId(run)) return undefined;
  const isActive = pipeline.status.active?.run === run;
  const [summary, known, files] = await Promise.all([
    readSummary(store, name, run).catch(() => undefined),
    steps(name, run),
    store.list(runPrefix(name, run)),
  ]);
  if (summary === undefined && !isActive && known.length === 0) return undefined;
  const current = isActive ? currentRun(pipeline, live) : null;
  const items: readonly (Item | null)[] = [
    current &&
      section("current", "In progress", html`${current}${currentRunLinks(pipeline, rights)}`),
    summary && summary.status !== "running" ? resultItem(summary, rights) : null,
    known.length > 0 ? section("steps", "Steps", stepTable(known)) : null,
    (summary?.schemaChanges ?? []).length > 0 && summary
      ? section("schemas", "Schema changes", schemaTable(summary))
      : null,
    files.length > 0 ? section("files", "Files", fileTable(files, runPrefix(name, run))) : null,
  ];
  return {
    title: `Run ${run}`,
    tab: "/",
    head: html`<p class="sum"><a href="${pipelinePath(name)}">${name}</a></p>`,
    items: items.filter((item) => item !== null),
    empty: "",
    log: `/log?${new URLSearchParams({ pipeline: name, run }).toString()}`,
  };
}

function resultItem(summary: RunSummary, rights: Rights): Item {
  const { pipeline, run, status, error, streams, leftOut = [], warnings, mode } = summary;
  const retry =
    mode === "artifact" && status !== "succeeded"
      ? actionButton(rights, { action: "retry", pipeline, run }, "Load again")
      : null;
  const facts = pairs([
    ["result", status],
    ["started", `${moment(summary.started)} UTC`],
    ["duration", took(summary.seconds)],
    ["started by", summary.trigger],
    ["records", recordsCellText(summary)],
    ["bytes", formatBytes(summary.bytes)],
    ["streams", textOf(streams.map(({ stream, records }) => `${stream} ${number(records)}`))],
    ["state before", describeState(summary.stateBefore)],
    ["state after", describeStateAfter(summary)],
    ["attempts", `extract ${summary.attempts.extract}, load ${summary.attempts.load}`],
    ["slices", describeSlices(summary)],
    ["skipped", textOf(leftOut)],
    ["note", textOf(warnings)],
    ["machine", summary.host],
  ]);
  const reason = error === null ? null : html`<p class="error whole pad">${error}</p>`;
  return section(
    "result",
    "Result",
    html`${reason}<dl class="more">${facts}</dl>${retry && html`<p class="do">${retry}</p>`}`,
  );
}

function textOf(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join("; ");
}

function stepTable(steps: readonly RunStep[]): Html {
  return html`<table class="plain"><thead><tr><th scope="col">Step</th><th scope="col">Phase</th><th scope="col">Duration</th><th scope="col">Message</th></tr></thead><tbody>${steps.map(({ step, phase, seconds, message }) => html`<tr><td>${step}</td><td>${phase.toLowerCase()}</td><td>${took(seconds)}</td><td>${message ?? ""}</td></tr>`)}</tbody></table>`;
}

function fileTable(
  files: readonly { readonly key: string; readonly size: number }[],
  prefix: string,
): Html {
  return html`<table class="plain"><thead><tr><th scope="col">File</th><th scope="col">Size</th></tr></thead><tbody>${files.slice(0, 200).map(({ key, size }) => html`<tr><td>${key.slice(prefix.length)}</td><td>${formatBytes(size)}</td></tr>`)}</tbody></table>`;
}
