import { formatJson } from "../../common/json";
import { problemOf } from "../../common/errors";
import type { ReportPipeline } from "../../report/data";
import { html, type Html } from "../../report/html";
import { pipelineFacts, pipelineRow, TONES } from "../../report/pipeline";
import { runTable } from "../../report/runs";
import { moment } from "../../report/words";
import type { ObjectStore } from "../../store/object-store";
import { describeState } from "../../store/runs/run-text";
import { readState, type SavedState } from "../../store/state/state";
import { history, type HistoryEntry } from "../../store/state/state-history";
import { actionButton, type Rights } from "../buttons";
import type { ConsoleSource } from "../source";
import { runPath, type Item, type View } from "../view";
import { currentRun, currentRunLinks } from "./running";

/** Longest state that is shown. */
const LONGEST_STATE = 20_000;

/** One pipeline; undefined if it does not exist. */
export async function pipelineView(
  { live, store }: ConsoleSource,
  name: string,
  now: Date,
  rights: Rights,
): Promise<View | undefined> {
  const pipeline = live.get(name, now);
  if (pipeline === undefined) return undefined;
  const { status, runs } = pipeline;
  const current = currentRun(pipeline, live);
  const row = pipelineRow(pipeline, html`Status`);
  const buttons = [
    actionButton(rights, { action: "run", pipeline: name }, "Run"),
    actionButton(
      rights,
      { action: status.suspended ? "resume" : "suspend", pipeline: name },
      status.suspended ? "Resume" : "Suspend",
    ),
  ].filter((button) => button !== null);
  return {
    title: name,
    tab: "/",
    head: html``,
    items: [
      {
        id: "status",
        content: html`<section class="p row ${TONES[status.condition]}">${row}</section>`,
      },
      ...(buttons.length === 0 ? [] : [{ id: "do", content: html`<p class="do">${buttons}</p>` }]),
      ...(current === null
        ? []
        : [
            section("current", "Current run", html`${current}${currentRunLinks(pipeline, rights)}`),
          ]),
      section("runs", "Runs", runsOf(pipeline)),
      ...(await stateItems(store, name, rights)),
      section("about", "Settings", pipelineFacts(pipeline)),
    ],
    empty: runs.length === 0 ? "This pipeline has not run yet." : "",
  };
}

/** A part of a page with a heading. */
export function section(id: string, title: string, content: Html): Item {
  return {
    id,
    content: html`<section class="p"><h2 class="title">${title}</h2>${content}</section>`,
  };
}

function runsOf({ runs }: ReportPipeline): Html {
  if (runs.length === 0) return html`<p class="pad">This pipeline has not run yet.</p>`;
  return runTable(
    runs,
    ({ pipeline, run, started }) =>
      html`<a href="${runPath(pipeline, run)}">${moment(started)}</a>`,
  );
}

async function stateItems(
  store: ObjectStore,
  name: string,
  rights: Rights,
): Promise<readonly Item[]> {
  try {
    const [saved, earlier] = await Promise.all([readState(store, name), history(store, name)]);
    if (saved === undefined && earlier.length === 0) return [];
    return [section("state", "State", stateOf(name, saved, earlier, rights))];
  } catch (error) {
    return [section("state", "State", html`<p class="pad">${problemOf(error)}</p>`)];
  }
}

function stateOf(
  name: string,
  saved: SavedState | undefined,
  earlier: readonly HistoryEntry[],
  rights: Rights,
): Html {
  const text = saved && formatJson(saved.envelope.state);
  const shown =
    saved === undefined
      ? html`<p class="pad">No state is saved: the next run replicates everything.</p>`
      : html`<p class="pad">Saved ${moment(saved.envelope.time)} UTC by run ${saved.envelope.run} of ${saved.envelope.tap} to ${saved.envelope.target}.</p><pre tabindex="0" aria-label="Saved state">${text?.slice(0, LONGEST_STATE) ?? ""}${(text?.length ?? 0) > LONGEST_STATE ? "\n…" : ""}</pre>`;
  const rows = earlier.map((entry) => {
    const isCurrent = entry.run === saved?.envelope.run;
    const restore = isCurrent
      ? html`current`
      : actionButton(rights, { action: "rollback", pipeline: name, run: entry.run }, "Restore");
    return "envelope" in entry
      ? html`<tr><td>${entry.run}</td><td>${moment(entry.envelope.time)}</td><td>${describeState(entry.envelope.state)}</td><td>${restore}</td></tr>`
      : html`<tr><td>${entry.run}</td><td>–</td><td>${entry.problem}</td><td></td></tr>`;
  });
  return html`${shown}<table class="plain"><thead><tr><th scope="col">Saved by run</th><th scope="col">Saved (UTC)</th><th scope="col">State</th><th scope="col"><span class="hide">Restore</span></th></tr></thead><tbody>${rows}</tbody></table>`;
}
