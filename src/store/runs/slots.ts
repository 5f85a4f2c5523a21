import type { Commands } from "../../common/commands";
import { formatBytes, table } from "../../common/print";
import type { ReplicationSlot } from "./run-summary";

/** Problems of the replication slots of a pipeline, each as text; empty if there are none. */
export function slotProblems(
  slots: readonly ReplicationSlot[],
  suspended: boolean,
): readonly string[] {
  return [
    ...slots.flatMap(({ problem }) => (problem === null ? [] : [problem])),
    ...(suspended ? slots.filter(retainsLog).map(retainsWhileSuspended) : []),
  ];
}

/** Whether the server keeps its log for a slot. */
function retainsLog({ walStatus }: ReplicationSlot): boolean {
  return walStatus !== "missing" && walStatus !== "lost";
}

function retainsWhileSuspended({ slot, retainedBytes, checked }: ReplicationSlot): string {
  const size = typeof retainedBytes === "number" ? `: ${formatBytes(retainedBytes)}` : "";
  return `replication slot ${slot} retains the log of the database while the pipeline is suspended${size} at ${checked.slice(0, 16).replace("T", " ")} UTC, and more since`;
}

/** What to do about the slot of a suspended pipeline. */
export function suspendedSlotFix(pipeline: string, { tapctl }: Commands): string {
  return `resume it: ${tapctl(`resume ${pipeline}`)}; or, if it is no longer needed, drop the slot: select pg_drop_replication_slot('…'), and start over later with --full-refresh`;
}

/** The table of replication slots of `tapctl status NAME`; empty for none. */
export function slotsTable(slots: readonly ReplicationSlot[]): string {
  if (slots.length === 0) return "";
  const size = (bytes: number | null | undefined) =>
    typeof bytes === "number" ? formatBytes(bytes) : "-";
  return table(
    ["SLOT", "LAG", "RETAINED", "UNTIL LOST", "WAL", "ACTIVE", "CHECKED", "PROBLEM"],
    slots.map((slot) => [
      slot.slot,
      size(slot.lagBytes),
      size(slot.retainedBytes),
      slot.safeWalBytes === null ? "no limit" : size(slot.safeWalBytes),
      slot.walStatus ?? "-",
      slot.active === undefined ? "-" : slot.active ? "yes" : "no",
      slot.checked.slice(0, 19).replace("T", " "),
      slot.problem ?? "",
    ]),
  );
}

/**
 * A slot on one line.
 *
 * @example `describeSlot(slot) === "tappostgres lags 1.2 MB, retains 2.4 MB, reserved, inactive"`
 */
export function describeSlot({
  slot,
  lagBytes,
  retainedBytes,
  walStatus,
  active,
}: ReplicationSlot): string {
  const parts = [
    ...(typeof lagBytes === "number" ? [`lags ${formatBytes(lagBytes)}`] : []),
    ...(typeof retainedBytes === "number" ? [`retains ${formatBytes(retainedBytes)}`] : []),
    ...(walStatus === null ? [] : [walStatus]),
    ...(active === undefined ? [] : [active ? "active" : "inactive"]),
  ];
  return `${slot} ${parts.join(", ")}`;
}
