/**
 * An event of Pulumi, one line of `pulumi up --json`, reduced to the fields used here. Source:
 * pulumi v3.259.0, sdk/go/common/apitype/events.go.
 */
export interface EngineEvent {
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly prefix?: string;
    readonly message: string;
    readonly severity: string;
    readonly ephemeral?: boolean;
  };
  readonly stdoutEvent?: { readonly message: string };
  readonly resourcePreEvent?: StepEvent;
  readonly resOutputsEvent?: StepEvent;
  readonly resOpFailedEvent?: StepEvent;
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly enforcementLevel: string;
  };
  readonly summaryEvent?: {
    readonly durationSeconds: number;
    readonly isPreview?: boolean;
    readonly resourceChanges: { readonly [operation: string]: number };
  };
  readonly errorEvent?: { readonly error: string };
}

interface StepEvent {
  readonly metadata: { readonly op: string; readonly urn: string; readonly type: string };
  /** Whether it is part of a preview. */
  readonly planning?: boolean;
}

/** Lines that an event adds to the screen and the log. */
export interface Shown {
  /** Lines for the screen: changes, and each warning once. */
  readonly lines: readonly string[];
  /** Lines for the log: everything. */
  readonly log: readonly string[];
}

/** Reads Pulumi's events in order. */
export interface EventReader {
  readonly read: (event: EngineEvent) => Shown;
  /** Names of resources with an operation in progress, e.g. `Release minio`. */
  readonly running: () => readonly string[];
  /** The errors so far, without duplicates. */
  readonly errors: () => readonly string[];
  /** Number of hidden diagnostics that are similar to one already shown. */
  readonly repeated: () => number;
}

/** Operations that change nothing and are not shown. */
const QUIET = new Set([
  "same",
  "refresh",
  "read",
  "read-discard",
  "read-replacement",
  "discard-replaced",
  "remove-pending-replace",
]);

const DONE: { readonly [operation: string]: string } = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created as a replacement",
  "delete-replaced": "deleted after its replacement",
  import: "imported",
};

/** Creates a reader for the events of one Pulumi operation. */
export function eventReader(): EventReader {
  const running = new Map<string, string>();
  const errors = new Set<string>();
  const seen = new Set<string>();
  let repeated = 0;

  const diagnostic = ({
    urn,
    prefix = "",
    message,
    severity,
    ephemeral = false,
  }: NonNullable<EngineEvent["diagnosticEvent"]>): Shown => {
    const text = withoutHook(plain(prefix + message).trim());
    if (ephemeral || severity === "debug" || text === "") return { lines: [], log: [] };
    const log = [
      `${severity}: ${urn === undefined || urn === "" ? "" : `${labelOf(urn)}: `}${text}`,
    ];
    if (severity === "error")
      errors.add(urn === undefined || urn === "" ? text : `${labelOf(urn)}: ${text}`);
    if (severity !== "warning") return { lines: [], log };
    // Warnings that differ only in the resource, image or number are the same.
    const key = text.replace(/\S*[/:@]\S*|\d+/g, "");
    if (seen.has(key)) {
      repeated++;
      return { lines: [], log };
    }
    seen.add(key);
    return { lines: [text.startsWith("warning:") ? text : `warning: ${text}`], log };
  };

  const ended = ({ metadata: { op, urn }, planning = false }: StepEvent): Shown => {
    running.delete(urn);
    const line = `${labelOf(urn)}: ${DONE[op] ?? op}`;
    return {
      lines: planning || QUIET.has(op) || isStack(urn) ? [] : [`  ${line}`],
      log: [`${planning ? "preview: " : ""}${line}`],
    };
  };

  const began = ({ metadata: { op, urn }, planning = false }: StepEvent): Shown => {
    if (!planning && !QUIET.has(op) && !isStack(urn)) running.set(urn, labelOf(urn));
    return { lines: [], log: [] };
  };

  const failed = ({ metadata: { op, urn } }: StepEvent): Shown => {
    running.delete(urn);
    const line = `${labelOf(urn)}: ${op} failed`;
    return { lines: [`  ${line}`], log: [line] };
  };

  const read = (event: EngineEvent): Shown => {
    if (event.diagnosticEvent) return diagnostic(event.diagnosticEvent);
    if (event.resourcePreEvent) return began(event.resourcePreEvent);
    if (event.resOutputsEvent) return ended(event.resOutputsEvent);
    if (event.resOpFailedEvent) return failed(event.resOpFailedEvent);
    if (event.policyEvent) return policy(event.policyEvent, errors);
    if (event.summaryEvent) return summary(event.summaryEvent);
    if (event.errorEvent) {
      errors.add(event.errorEvent.error);
      return { lines: [], log: [event.errorEvent.error] };
    }
    return { lines: [], log: event.stdoutEvent ? [plain(event.stdoutEvent.message).trim()] : [] };
  };
  return {
    read,
    running: () => [...running.values()],
    errors: () => [...errors],
    repeated: () => repeated,
  };
}

/** Summary of the changes, e.g. `3 created, 1 updated, 20 unchanged`. */
export function changesText(changes: { readonly [operation: string]: number }): string {
  const counted = Object.entries(changes).flatMap(([operation, count]) =>
    QUIET.has(operation) || count === 0 ? [] : [`${count} ${DONE[operation] ?? operation}`],
  );
  const unchanged = changes["same"] ?? 0;
  return [
    ...(counted.length === 0 ? ["no changes"] : counted),
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
  ].join(", ");
}

function summary({
  durationSeconds,
  isPreview = false,
  resourceChanges,
}: NonNullable<EngineEvent["summaryEvent"]>): Shown {
  const line = `${changesText(resourceChanges)} in ${durationSeconds} s`;
  return isPreview ? { lines: [], log: [`preview: ${line}`] } : { lines: [line], log: [line] };
}

function policy(
  { resourceUrn, message, enforcementLevel }: NonNullable<EngineEvent["policyEvent"]>,
  errors: Set<string>,
): Shown {
  const text = `${resourceUrn === undefined ? "" : `${labelOf(resourceUrn)}: `}${plain(message).trim()}`;
  if (enforcementLevel === "mandatory") errors.add(text);
  return {
    lines: enforcementLevel === "mandatory" ? [] : [`policy: ${text}`],
    log: [`policy, ${enforcementLevel}: ${text}`],
  };
}

/** Short name of a resource. @example `Release minio` */
function labelOf(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(2);
  return `${type.split("$").at(-1)?.split(/[:/]/).at(-1) ?? type} ${name}`;
}

function isStack(urn: string): boolean {
  return urn.includes("::pulumi:pulumi:Stack::");
}

/**
 * The text of a diagnostic without errors about the program's own hooks: when an update is stopped,
 * the program exits before pending operations have ended, and Pulumi then reports that it cannot
 * call the hook.
 */
function withoutHook(text: string): string {
  return text
    .replace(/^error: /, "")
    .replace(
      /^error hooks execution failed: .*code = (Unavailable|Canceled).*$/s,
      "stopped before it finished",
    );
}

/** Removes Pulumi's color tags, e.g. `<{%reset%}>`. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}
