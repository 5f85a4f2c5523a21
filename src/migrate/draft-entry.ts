import type { Json, JsonObject } from "../model/connector-settings";
import { neverFires, parseCron } from "../model/cron/cron-parse";
import { connectorFor, hasCatalog, type ImportedConnector } from "./connectors";
import { carryFollowUps } from "./follow-ups";
import type { Carried } from "./left-over";
import { type ResolvedPlugin, rootName } from "./plugins";
import type { Environment, MeltanoProject, Surroundings } from "./project";
import type { PlannedRun } from "./runs";
import { carrySettings } from "./settings";
import { carryStreams } from "./streams";
import type { Variables } from "./variables";

/** A connector with the settings of one entry. */
export interface ImportedUse {
  /** Name of its function in the generated file. */
  readonly connector: string;
  readonly settings: JsonObject;
}

/** An entry of the generated array. */
export interface ImportedEntry {
  readonly name: string;
  readonly schedule: string;
  readonly suspend: boolean;
  readonly tap: ImportedUse;
  readonly target: ImportedUse;
  readonly streams?: Json;
  readonly followUps?: Json;
}

/** Meltano intervals that never start a run. */
const NEVER = new Set(["@once", "@none", "none", ""]);

interface Context {
  readonly project: MeltanoProject;
  readonly environment: Environment | undefined;
  readonly surroundings: Surroundings;
}

export interface DraftUse {
  readonly connector: ImportedConnector;
  readonly settings: JsonObject;
}

/** An entry before unique names are assigned. */
type Draft = Omit<ImportedEntry, "name" | "tap" | "target"> & {
  readonly tap: DraftUse;
  readonly target: DraftUse;
};

export function draftOf(run: PlannedRun, context: Context): Carried<Draft> {
  const variables = variablesOf(run, context);
  const streams = carryStreams(run.extractor, hasCatalog(run.extractor));
  const followUps = carryFollowUps(run, variables);
  const { problem, ...when } = scheduleOf(run.interval);
  const [tap, target] = [
    useOf(run.extractor, variables, context),
    useOf(run.loader, variables, context),
  ];
  return {
    value: {
      ...when,
      tap: tap.value,
      target: target.value,
      ...(streams.value && { streams: streams.value as unknown as Json }),
      ...(followUps.value.length > 0 && { followUps: followUps.value as unknown as Json }),
    },
    leftOver: [
      ...(problem === undefined ? [] : [{ where: `${run.place} ${run.name}`, text: problem }]),
      ...streams.leftOver,
      ...followUps.leftOver,
      ...tap.leftOver,
      ...target.leftOver,
    ],
  };
}

function useOf(
  plugin: ResolvedPlugin,
  variables: Variables,
  { project, surroundings }: Context,
): Carried<DraftUse> {
  const settings = carrySettings(plugin, { ...variables, ...plugin.env }, surroundings);
  const connector = connectorFor(plugin, rootName(plugin, project), settings.value, surroundings);
  const fields =
    plugin.others.length === 0
      ? []
      : [
          {
            where: `${plugin.place} ${plugin.kind} ${plugin.name}`,
            text: `${plugin.others.join(", ")} ${plugin.others.length === 1 ? "is" : "are"} not converted`,
          },
        ];
  return {
    value: { connector: connector.value, settings: settings.value },
    leftOver: [...fields, ...connector.leftOver, ...settings.leftOver],
  };
}

/** An entry without a schedule is suspended, with a schedule that is an obvious placeholder. */
function scheduleOf(interval: string | undefined): {
  readonly schedule: string;
  readonly suspend: boolean;
  readonly problem?: string;
} {
  const off = { schedule: "@yearly", suspend: true };
  if (interval === undefined)
    return { ...off, problem: "has no schedule: the entry is suspended; set its schedule" };
  if (NEVER.has(interval))
    return {
      ...off,
      problem: `interval ${interval || "(empty)"} never starts a run: the entry is suspended`,
    };
  // Other cron implementations accept 7 for Sunday.
  const cron = interval
    .trim()
    .replace(/\s+/g, " ")
    .replace(/^((?:\S+ ){4})7$/, "$10");
  const parsed = parseCron(cron);
  if (parsed.ok && !neverFires(parsed.schedule)) return { schedule: cron, suspend: false };
  return {
    ...off,
    problem: `interval ${JSON.stringify(interval)} is not supported by Argo (${parsed.ok ? "it never fires" : parsed.problem}): the entry is suspended`,
  };
}

/**
 * Variables from the project's files, the most specific last, and those that Meltano sets for an
 * extractor and loader.
 */
function variablesOf(
  { env, extractor, loader }: PlannedRun,
  { project, environment }: Context,
): Variables {
  const namespace =
    extractor.namespace ?? rootName(extractor, project).replace(/[^A-Za-z0-9]+/g, "_");
  return {
    MELTANO_PROJECT_ROOT: ".",
    ...(environment && { MELTANO_ENVIRONMENT: environment.name }),
    MELTANO_EXTRACTOR_NAME: extractor.name,
    MELTANO_EXTRACTOR_NAMESPACE: namespace,
    MELTANO_EXTRACT_NAME: extractor.name,
    MELTANO_EXTRACT_NAMESPACE: namespace,
    MELTANO_EXTRACT__LOAD_SCHEMA: extractor.loadSchema ?? namespace,
    MELTANO_LOADER_NAME: loader.name,
    MELTANO_LOAD_NAME: loader.name,
    ...project.env,
    ...environment?.env,
    ...env,
  };
}
