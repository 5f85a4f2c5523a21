import type { LeftOver } from "./left-over";
import type { Plugins, ResolvedPlugin } from "./plugins";
import type { Job, MeltanoProject, Schedule } from "./project";

/** A replication in a project, which becomes an entry of the array. */
export interface PlannedRun {
  /** Preferred name of the entry. */
  readonly name: string;
  readonly place: string;
  readonly extractor: ResolvedPlugin;
  readonly loader: ResolvedPlugin;
  /** Cron expression; undefined if the run has no schedule. */
  readonly interval?: string;
  /** Variables set by the schedule. */
  readonly env: { readonly [name: string]: string };
  /** Utility commands that run after it, in order. */
  readonly after: readonly UtilityCall[];
}

/** A command of a utility, e.g. `dbt-postgres:run`. */
export interface UtilityCall {
  readonly plugin: ResolvedPlugin;
  /** Name of the command; undefined for the plugin's own program. */
  readonly command?: string;
}

type Note = (where: string, text: string) => void;

/** A replication in a task, and the commands after it. */
interface Pair {
  readonly extractor: ResolvedPlugin;
  readonly loader: ResolvedPlugin;
  readonly after: readonly UtilityCall[];
}

/**
 * The runs of a project: its schedules, its unscheduled jobs, or pairs of plugins if it has
 * neither.
 */
export function plannedRuns(
  project: MeltanoProject,
  plugins: Plugins,
): { readonly runs: readonly PlannedRun[]; readonly leftOver: readonly LeftOver[] } {
  const leftOver: LeftOver[] = [];
  const note: Note = (where, text) => void leftOver.push({ where, text });
  const scheduled = project.schedules.flatMap((schedule) =>
    scheduleRuns(schedule, project, plugins, note),
  );
  const jobs = project.jobs.filter(
    ({ name }) => !project.schedules.some(({ job }) => job === name),
  );
  const unscheduled = jobs.flatMap((job) => jobRuns(job, job, plugins, note));
  const runs = [...scheduled, ...unscheduled];
  return {
    runs:
      runs.length > 0 || project.schedules.length + project.jobs.length > 0
        ? runs
        : pairsOfPlugins(project, plugins, note),
    leftOver,
  };
}

function scheduleRuns(
  schedule: Schedule,
  project: MeltanoProject,
  plugins: Plugins,
  note: Note,
): readonly PlannedRun[] {
  const where = `${schedule.place} schedule ${schedule.name}`;
  if (schedule.transform !== undefined && schedule.transform !== "skip")
    note(
      where,
      `transform: ${schedule.transform} is not converted; add a followUp with an image that contains the transformations`,
    );
  const job =
    schedule.job === undefined ? undefined : project.jobs.find(({ name }) => name === schedule.job);
  if (job) return jobRuns(job, schedule, plugins, note);
  if (schedule.job !== undefined) note(where, `its job ${schedule.job} does not exist`);
  const [extractor, loader] = [
    plugins.find(schedule.extractor ?? ""),
    plugins.find(schedule.loader ?? ""),
  ];
  if (schedule.job === undefined && (!extractor || !loader))
    note(
      where,
      `its extractor ${schedule.extractor ?? "(none)"} or loader ${schedule.loader ?? "(none)"} is not defined`,
    );
  return extractor && loader
    ? [
        {
          name: schedule.name,
          place: schedule.place,
          extractor,
          loader,
          ...(schedule.interval !== undefined && { interval: schedule.interval }),
          env: schedule.env,
          after: [],
        },
      ]
    : [];
}

/** The replications of a job. Each becomes an entry of its own, and they start in parallel. */
function jobRuns(
  job: Job,
  by: Schedule | Job,
  plugins: Plugins,
  note: Note,
): readonly PlannedRun[] {
  const where = `${job.place} job ${job.name}`;
  const pairs = pairsOf(job, plugins, (text) => note(where, text));
  if (pairs.length > 1)
    note(
      where,
      `its ${pairs.length} replications ran sequentially; they are now separate entries that start in parallel`,
    );
  const interval = "interval" in by ? by.interval : undefined;
  return pairs.map(({ extractor, loader, after }) => ({
    name: pairs.length === 1 ? by.name : `${by.name}-${extractor.name}`,
    place: by.place,
    extractor,
    loader,
    ...(interval !== undefined && { interval }),
    env: "env" in by ? by.env : {},
    after,
  }));
}

function pairsOf({ tasks }: Job, plugins: Plugins, note: (text: string) => void): readonly Pair[] {
  const pairs: Pair[] = [];
  let extractor: ResolvedPlugin | undefined;
  for (const block of tasks.flatMap((task) => task.split(/\s+/)).filter((one) => one !== "")) {
    const [name = "", command] = block.split(":");
    const plugin = plugins.find(name);
    const last = pairs[pairs.length - 1];
    if (!plugin)
      note(
        extractor === undefined
          ? `${block} is not defined`
          : `${block} transforms records, which is not converted; use stream_maps of a connector built with the Singer SDK`,
      );
    else if (plugin.kind === "extractor") extractor = plugin;
    else if (plugin.kind === "loader" && extractor) {
      pairs.push({ extractor, loader: plugin, after: [] });
      extractor = undefined;
    } else if (plugin.kind === "loader") note(`loader ${name} has no extractor before it`);
    else if (plugin.kind === "mapper")
      note(
        `mapper ${block} is not converted; use stream_maps of a connector built with the Singer SDK`,
      );
    else if (last)
      pairs[pairs.length - 1] = {
        ...last,
        after: [...last.after, { plugin, ...(command !== undefined && { command }) }],
      };
    else
      note(
        `${block} runs before or without a replication; define a job in the array (kind: "job") with its own image`,
      );
  }
  return pairs;
}

/**
 * Without schedules and jobs, users run plugins manually: with a single loader, the pairs are
 * unambiguous.
 */
function pairsOfPlugins(
  project: MeltanoProject,
  plugins: Plugins,
  note: Note,
): readonly PlannedRun[] {
  const parents = new Set(
    project.plugins.flatMap(({ inheritFrom }) => (inheritFrom === undefined ? [] : [inheritFrom])),
  );
  const extractors = plugins.all("extractor").filter(({ name }) => !parents.has(name));
  const loaders = plugins.all("loader").filter(({ name }) => !parents.has(name));
  const [loader] = loaders;
  for (const { place, name, select } of plugins
    .all("extractor")
    .filter((one) => parents.has(one.name))) {
    if (select !== undefined)
      note(
        `${place} extractor ${name}`,
        "other plugins inherit from it, so it is treated as a template and has no entry",
      );
  }
  if (loader && loaders.length === 1)
    return extractors.map((extractor) => ({
      name: `${extractor.name}-to-${loader.name}`,
      place: extractor.place,
      extractor,
      loader,
      env: {},
      after: [],
    }));
  note(
    "the project",
    `it has no schedule, no job and ${loaders.length === 0 ? "no loader" : "several loaders"}: the pairs of extractors and loaders are unknown`,
  );
  return [];
}
