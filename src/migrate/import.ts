import type { Json, JsonObject } from "../model/connector-settings";
import { neverFires, parseCron } from "../model/cron/cron";
import { nearest } from "../model/validation/nearest";
import { UserError } from "../common/errors";
import { connectorFor, hasCatalog, type ImportedConnector } from "./connectors";
import { carryFollowUps } from "./follow-ups";
import type { Carried, LeftOver } from "./left-over";
import { resolvePlugins, rootName, type ResolvedPlugin } from "./plugins";
import type { Environment, MeltanoProject, Surroundings } from "./project";
import { plannedRuns, type PlannedRun } from "./runs";
import { carrySettings } from "./settings";
import { carryStreams } from "./streams";
import type { Variables } from "./variables";
import { stringifyJson } from "../common/json";

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

/** The result of an import. */
export interface Import {
  readonly environment?: string;
  readonly connectors: readonly ImportedConnector[];
  readonly entries: readonly ImportedEntry[];
  readonly leftOver: readonly LeftOver[];
}

const LONGEST_NAME = 52;

/** Meltano intervals that never start a run. */
const NEVER = new Set(["@once", "@none", "none", ""]);

/**
 * Converts a Meltano project to entries of the array.
 *
 * @param environmentName environment to use. Default: the project's default.
 */
export function importProject(
  project: MeltanoProject,
  surroundings: Surroundings,
  environmentName?: string,
): Import {
  const environment = environmentOf(
    project,
    environmentName ?? project.defaultEnvironment,
    environmentName !== undefined,
  );
  const { runs, leftOver: ofRuns } = plannedRuns(
    project,
    resolvePlugins(project, environment, surroundings),
  );
  const drafts = runs.map((run) => draftOf(run, { project, environment, surroundings }));
  const connectors = identifiersOf(
    drafts.flatMap(({ value: { tap, target } }) => [tap.connector, target.connector]),
  );
  const names = namesOf(runs.map(({ name }) => name));
  const use = ({ connector, settings }: DraftUse): ImportedUse => ({
    connector: connectors.get(stringifyJson(connector))?.identifier ?? connector.identifier,
    settings,
  });
  const leftOver = [
    ...project.others.map(({ place, name }) => ({
      where: place,
      text: `${name} is not converted`,
    })),
    ...ofRuns,
    ...drafts.flatMap((draft) => draft.leftOver),
    ...unused(project, runs).map(({ place, kind, name }) => ({
      where: `${place} ${kind} ${name}`,
      text: "is not used by any converted schedule or job, and was omitted",
    })),
  ];
  return {
    ...(environment && { environment: environment.name }),
    connectors: [...connectors.values()],
    entries: drafts.map(({ value: { tap, target, ...rest } }, index) => ({
      name: names[index] ?? "",
      ...rest,
      tap: use(tap),
      target: use(target),
    })),
    leftOver: [...new Map(leftOver.map((one) => [`${one.where} ${one.text}`, one])).values()],
  };
}

interface Context {
  readonly project: MeltanoProject;
  readonly environment: Environment | undefined;
  readonly surroundings: Surroundings;
}

interface DraftUse {
  readonly connector: ImportedConnector;
  readonly settings: JsonObject;
}

/** An entry before unique names are assigned. */
type Draft = Omit<ImportedEntry, "name" | "tap" | "target"> & {
  readonly tap: DraftUse;
  readonly target: DraftUse;
};

function draftOf(run: PlannedRun, context: Context): Carried<Draft> {
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

function environmentOf(
  project: MeltanoProject,
  name: string | undefined,
  isAsked: boolean,
): Environment | undefined {
  const parts = project.environments.filter((one) => one.name === name);
  if (name !== undefined && parts.length === 0 && isAsked) {
    const known = [...new Set(project.environments.map((one) => one.name))];
    const near = nearest(name, known);
    throw new UserError(
      `--environment ${name}: the project has no such environment${near === undefined ? "" : `; did you mean "${near}"?`}`,
      { fix: `Available environments: ${known.join(", ") || "none"}` },
    );
  }
  if (name === undefined || parts.length === 0) return undefined;
  return {
    name,
    plugins: parts.flatMap(({ plugins }) => plugins),
    env: Object.fromEntries(parts.flatMap(({ env }) => Object.entries(env))),
  };
}

function unused(project: MeltanoProject, runs: readonly PlannedRun[]) {
  const used = new Set(
    runs.flatMap(({ extractor, loader, after }) =>
      [extractor, loader, ...after.map(({ plugin }) => plugin)].flatMap((plugin) => [
        plugin.name,
        rootName(plugin, project),
        plugin.inheritFrom ?? "",
      ]),
    ),
  );
  return project.plugins.filter(({ name }) => !used.has(name));
}

/**
 * Unique names for the functions of connectors, by content: equal connectors share one function.
 */
function identifiersOf(
  connectors: readonly ImportedConnector[],
): ReadonlyMap<string, ImportedConnector> {
  const used = new Set<string>();
  return new Map(
    [...new Map(connectors.map((one) => [stringifyJson(one), one]))].map(([content, connector]) => {
      const identifier = unique(
        connector.identifier,
        used,
        (number) => `${connector.identifier}${number}`,
      );
      used.add(identifier);
      return [content, { ...connector, identifier }] as const;
    }),
  );
}

/** Unique names for entries: lowercase and short enough. */
function namesOf(wanted: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return wanted.map((text) => {
    const base =
      text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, LONGEST_NAME)
        .replace(/^-+|-+$/g, "") || "pipeline";
    const name = unique(
      base,
      used,
      (number) => `${base.slice(0, LONGEST_NAME - 4).replace(/-+$/, "")}-${number}`,
    );
    used.add(name);
    return name;
  });
}

function unique(
  wanted: string,
  used: ReadonlySet<string>,
  numbered: (number: number) => string,
): string {
  if (!used.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!used.has(numbered(number))) return numbered(number);
}
