import pc from "picocolors";
import type { RunEvent } from "../run/events";
import { GRACE_SECONDS } from "../run/stop";
import { formatAge } from "../status/status-table";
import { formatBytes } from "../common/print";
import { runFigures, schemaTexts } from "../store/runs/run-text";
import { formatNumber } from "../common/format-number";

/** Progress of the current runs on screen; on a terminal, the last line is a live status. */
export interface Progress {
  /** Shows an event of a run. */
  show(event: RunEvent): void;
  /** Writes a line above the live status. */
  line(text: string): void;
  /** Clears the live status. */
  end(): void;
}

/** How progress is shown. */
export interface ProgressArgs {
  readonly output: NodeJS.WriteStream;
  /** Show the connectors' log lines too. */
  readonly verbose: boolean;
}

/**
 * Shows progress on a stream: with a live status line on a terminal, otherwise one line per event.
 */
export function showProgress({ output, verbose }: ProgressArgs): Progress {
  const live = new Map<string, string>();
  const isTerminal = output.isTTY === true;
  let drawn = "";
  const draw = () => {
    if (!isTerminal) return;
    const text = [...live.values()].join(pc.dim(" · "));
    if (text === drawn) return;
    output.write(
      `\r\x1b[K${text.slice(0, (output.columns ?? 80) + text.length - visibleLength(text) - 1)}`,
    );
    drawn = text;
  };
  const line = (text: string) => {
    output.write(`${isTerminal ? "\r\x1b[K" : ""}${text}\n`);
    drawn = "";
    draw();
  };
  return {
    line,
    end() {
      if (isTerminal) output.write("\r\x1b[K");
    },
    show(event) {
      const shown = describe(event, verbose);
      if (shown.live !== undefined) live.set(event.pipeline, shown.live);
      if (event.event === "ended") live.delete(event.pipeline);
      if (shown.line !== undefined) line(shown.line);
      draw();
    },
  };
}

function describe(
  event: RunEvent,
  verbose: boolean,
): { readonly line?: string; readonly live?: string } {
  const name = pc.bold(event.pipeline);
  switch (event.event) {
    case "environment":
      return describeEnvironment(event, name);
    case "started":
      return { line: `${name}: run ${event.run}` };
    case "phase":
      return event.state === "start" ? { live: `${name}: ${event.phase}` } : {};
    case "progress":
      return { live: `${name}: ${event.phase} ${progressText(event)}` };
    case "log":
      return verbose ? { line: `${name}: ${pc.dim(event.line)}` } : {};
    case "retry":
      return {
        line: `${name}: ${pc.yellow(`${event.step} failed (attempt ${event.attempt}): ${event.error}; retrying in ${event.seconds} s`)}`,
      };
    case "stopping":
      return { line: `${name}: ${pc.yellow(`${event.reason}; ${stoppingText(event.atOnce)}`)}` };
    case "follow-up":
      return { line: `${name}: follow-up ${event.name}` };
    case "ended":
      return { line: endText(event, name) };
  }
}

/** What a stop does: the first loads and saves what was extracted, the second stops immediately. */
export function stoppingText(atOnce: boolean): string {
  return atOnce
    ? "stopping immediately: nothing more is loaded or saved"
    : `stopping: loading and saving what was extracted, for at most ${GRACE_SECONDS} s`;
}

function describeEnvironment(
  event: Extract<RunEvent, { event: "environment" }>,
  name: string,
): { readonly line?: string; readonly live?: string } {
  const detail = event.detail ? ` (${event.detail})` : "";
  if (event.phase === "ready")
    return event.seconds >= 0.5
      ? { line: `${name}: ${event.connector} installed in ${event.seconds.toFixed(1)} s` }
      : {};
  return {
    line: `${name}: ${event.connector}: ${event.phase}${detail}`,
    live: `${name}: ${event.phase} ${event.connector}`,
  };
}

function progressText(event: Extract<RunEvent, { event: "progress" }>): string {
  const share = event.total ? ` of ${formatBytes(event.total)}` : "";
  return `${formatBytes(event.bytes)}${share}${event.records === undefined ? "" : `, ${formatNumber(event.records)} lines`}${event.silent === undefined ? "" : `, silent for ${formatAge(event.silent)}`}`;
}

function endText({ summary }: Extract<RunEvent, { event: "ended" }>, name: string): string {
  const figures = runFigures(summary);
  const notes = [
    ...(summary.leftOut ?? []).map((text) => `skipped: ${text}`),
    ...schemaTexts(summary.schemaChanges).map((text) => `schema changed: ${text}`),
    ...summary.warnings.map((warning) => `warning: ${warning}`),
  ];
  const warnings = notes.map((note) => `\n  ${pc.yellow(note)}`).join("");
  if (summary.status === "succeeded")
    return `${name}: ${pc.green("succeeded")}, ${figures}${warnings}`;
  return `${name}: ${pc.red(summary.status)}, ${figures}: ${summary.error ?? "unknown error"}${warnings}`;
}

function visibleLength(text: string): number {
  return text.replace(/\x1b\[[0-9;]*m/g, "").length;
}
