import { UserError } from "../common/errors";
import { stringifyJson } from "../common/json";
import { nearest } from "../model/validation/nearest";
import type { ImportedConnector } from "./connectors";
import { draftOf, type DraftUse, type ImportedEntry, type ImportedUse } from "./draft-entry";
import type { LeftOver } from "./left-over";
import { resolvePlugins, rootName } from "./plugins";
import type { Environment, MeltanoProject, Surroundings } from "./project";
import { type PlannedRun, plannedRuns } from "./runs";
import { identifiersOf, namesOf } from "./unique-names";

/** The result of an import. */
export interface Import {
  readonly environment?: string;
  readonly connectors: readonly ImportedConnector[];
  readonly entries: readonly ImportedEntry[];
  readonly leftOver: readonly LeftOver[];
}

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
