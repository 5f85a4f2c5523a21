import { settingsOf, type Tap, type Target } from "../model/connector";
import type { Json } from "../model/connector-settings";
import { isReplication, type PipelineEntry } from "../model/define";
import { memoryNotes } from "../model/validation/resources";
import { connectorFacts, connectorText } from "./connectors";
import { aboutState, plain, risk, type Fact } from "./fact";
import { code } from "./markdown";
import { likelyRenames, type Pairing } from "./pairing";
import { scheduleFacts } from "./schedule";
import { streamFacts, streamList } from "./streams";
import { plainSecrets, valueFacts } from "./values";
import { stringifyJson } from "../common/json";

/** What a pull request does to one pipeline. */
export interface PipelineChange {
  /** What it does. */
  readonly change: "added" | "changed" | "removed";

  /** Name of the pipeline, the new one where it is renamed. */
  readonly name: string;

  /** What there is to know, the weightiest first. */
  readonly facts: readonly Fact[];
}

/** Fields that have facts of their own. */
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

/** What is done to each pipeline: added, changed and removed ones, each in the order of its array. */
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
      `does what ${code(former)} did, which is removed: if it is a rename, write ${code(`formerName: ${JSON.stringify(former)}`)}, or it begins without a state and loads everything anew`,
    ),
  ];
}

function additionFacts(entry: PipelineEntry, now: Date): readonly Fact[] {
  return [
    ...bodyOf(entry),
    ...scheduleFacts(undefined, entry, now),
    ...plainSecrets(otherFields(entry), []),
    ...memoryRisks(undefined, entry),
    ...(entry.formerName === undefined
      ? []
      : [plain(`takes over the state of ${code(entry.formerName)}, where that has one`)]),
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
    ...memoryRisks(before, after),
  ];
}

function memoryRisks(before: PipelineEntry | undefined, after: PipelineEntry): readonly Fact[] {
  const known = memoryNotes(before);
  return memoryNotes(after)
    .filter((note) => !known.includes(note))
    .map(risk);
}

function bodyFacts(before: PipelineEntry, after: PipelineEntry): readonly Fact[] {
  if (isReplication(before) && isReplication(after))
    return [...connectorFacts(before, after), ...streamFacts(before, after)];
  if (isReplication(before))
    return [aboutState("a replication becomes a job: its saved state is of no use any more")];
  return isReplication(after) ? [plain("a job becomes a replication"), ...bodyOf(after)] : [];
}

function bodyOf(entry: PipelineEntry): readonly Fact[] {
  if (!isReplication(entry)) return [plain(`job of the image ${code(entry.image)}`)];
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
          `it was from ${connectorText(entry.tap.connector)} to ${connectorText(entry.target.connector)}`,
        ),
      ]
    : [plain(`it was a job of the image ${code(entry.image)}`)];
  const ends = entry.onRemove === "delete" ? [risk("its running Workflows are ended")] : [];
  return [
    ...ends,
    ...from,
    plain("its schedule goes; state and past runs stay in the object store"),
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

/** What runs: not `formerName`, which does nothing once the state has been carried over, nor how settings are checked. */
function essence(entry: PipelineEntry): Json {
  const connectors = isReplication(entry)
    ? { tap: useOf(entry.tap), target: useOf(entry.target) }
    : {};
  return sortedKeys({ ...entry, ...connectors, formerName: null } as unknown as Json);
}

function useOf(use: Tap | Target) {
  return { name: use.connector.name, source: use.connector.source, settings: settingsOf(use) };
}

/** The order in which fields are written means nothing; that of lists does. */
function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]: [string, Json]) => [name, sortedKeys(item)]),
  );
}
