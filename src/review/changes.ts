import { settingsOf, type Tap, type Target } from "../model/connector";
import type { Json } from "../model/connector-settings";
import { isReplication, type PipelineEntry } from "../model/define";
import { parallelNotes } from "../model/validation/parallel";
import { problemAt } from "../model/validation/problem";
import { memoryNotes } from "../model/validation/resources";
import { connectorFacts, connectorText } from "./connectors";
import { aboutState, plain, risk, type Fact } from "./fact";
import { code } from "./markdown";
import { likelyRenames, type Pairing } from "./pairing";
import { scheduleFacts } from "./schedule";
import { streamFacts, streamList } from "./streams";
import { plainSecrets, valueFacts } from "./values";
import { stringifyJson } from "../common/json";

/** The changes of a pull request to one pipeline. */
export interface PipelineChange {
  /** Kind of change. */
  readonly change: "added" | "changed" | "removed";

  /** Name of the pipeline; the new name if it is renamed. */
  readonly name: string;

  /** Facts about the change, most important first. */
  readonly facts: readonly Fact[];
}

/** Fields covered by their own facts. */
const OWN_FACTS = new Set([
  "name",
  "formerName",
  "kind",
  "schedule",
  "timezone",
  "suspend",
  "tap",
  "target",
  "streams",
]);

/** Changes per pipeline: added, changed and removed ones, each in the order of their array. */
export function pipelineChanges(pairing: Pairing, now: Date): readonly PipelineChange[] {
  const { added, kept, removed } = pairing;
  const renames = likelyRenames(pairing);
  return [
    ...added.map((entry): PipelineChange => ({
      change: "added",
      name: entry.name,
      facts: sorted([...renameFacts(renames.get(entry.name)), ...additionFacts(entry, now)]),
    })),
    ...kept
      .filter(([before, after]) => differ(before, after))
      .map(([before, after]): PipelineChange => ({
        change: "changed",
        name: after.name,
        facts: sorted(changeFacts(before, after, now)),
      })),
    ...removed.map((entry): PipelineChange => ({
      change: "removed",
      name: entry.name,
      facts: removalFacts(entry),
    })),
  ];
}

function renameFacts(former: string | undefined): readonly Fact[] {
  if (former === undefined) return [];
  return [
    aboutState(
      `matches ${code(former)}, which is removed. If this is a rename, add ${code(`formerName: ${JSON.stringify(former)}`)}; otherwise it starts without state and loads everything again`,
    ),
  ];
}

function additionFacts(entry: PipelineEntry, now: Date): readonly Fact[] {
  return [
    ...bodyOf(entry),
    ...scheduleFacts(undefined, entry, now),
    ...plainSecrets(otherFields(entry), []),
    ...newNotes(undefined, entry),
    ...(entry.formerName === undefined
      ? []
      : [plain(`takes over the state of ${code(entry.formerName)}, if there is one`)]),
  ];
}

function changeFacts(before: PipelineEntry, after: PipelineEntry, now: Date): readonly Fact[] {
  const renamed =
    before.name === after.name
      ? []
      : [plain(`renamed from ${code(before.name)}: its saved state is carried over`)];
  return [
    ...renamed,
    ...bodyFacts(before, after),
    ...scheduleFacts(before, after, now),
    ...valueFacts(otherFields(before), otherFields(after), []),
    ...newNotes(before, after),
  ];
}

/** What `validate` notes about the entry and did not note before. */
function newNotes(before: PipelineEntry | undefined, after: PipelineEntry): readonly Fact[] {
  const notes = (entry: PipelineEntry | undefined) => [
    ...memoryNotes(entry),
    ...parallelNotes(entry),
  ];
  const known = notes(before);
  return notes(after)
    .filter((note) => !known.includes(note))
    .map((note) => risk(problemAt("", note).text));
}

function bodyFacts(before: PipelineEntry, after: PipelineEntry): readonly Fact[] {
  if (isReplication(before) && isReplication(after))
    return [...connectorFacts(before, after), ...streamFacts(before, after)];
  if (isReplication(before))
    return [aboutState("a replication becomes a job: its saved state is no longer used")];
  return isReplication(after) ? [plain("a job becomes a replication"), ...bodyOf(after)] : [];
}

function bodyOf(entry: PipelineEntry): readonly Fact[] {
  if (!isReplication(entry)) return [plain(`job with image ${code(entry.image)}`)];
  const { tap, target } = entry;
  return [
    plain(`from ${connectorText(tap.connector)} to ${connectorText(target.connector)}`),
    streamList(entry),
    ...plainSecrets(settingsOf(tap), ["tap"]),
    ...plainSecrets(settingsOf(target), ["target"]),
  ];
}

function removalFacts(entry: PipelineEntry): readonly Fact[] {
  const from = isReplication(entry)
    ? [
        plain(
          `was a replication from ${connectorText(entry.tap.connector)} to ${connectorText(entry.target.connector)}`,
        ),
      ]
    : [plain(`was a job with image ${code(entry.image)}`)];
  const ends = entry.onRemove === "delete" ? [risk("its running Workflows are stopped")] : [];
  return [
    ...ends,
    ...from,
    plain("its schedule is deleted; state and past runs stay in the object store"),
  ];
}

function otherFields(entry: PipelineEntry): Json {
  return Object.fromEntries(
    Object.entries(entry).filter(([name, value]) => !OWN_FACTS.has(name) && value !== undefined),
  );
}

function sorted(facts: readonly Fact[]): readonly Fact[] {
  return (["state", "risk", "plain"] as const).flatMap((weight) =>
    facts.filter((fact) => fact.weight === weight),
  );
}

function differ(before: PipelineEntry, after: PipelineEntry): boolean {
  return stringifyJson(essence(before)) !== stringifyJson(essence(after));
}

/**
 * Fields that affect runs: neither `formerName`, which has no effect after the state was moved, nor
 * settings validation.
 */
function essence(entry: PipelineEntry): Json {
  const connectors = isReplication(entry)
    ? { tap: useOf(entry.tap), target: useOf(entry.target) }
    : {};
  return sortedKeys({ ...entry, ...connectors, formerName: null } as unknown as Json);
}

function useOf(use: Tap | Target) {
  return { name: use.connector.name, source: use.connector.source, settings: settingsOf(use) };
}

/** Sorts keys, because field order is irrelevant; list order is kept. */
function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]: [string, Json]) => [name, sortedKeys(item)]),
  );
}
