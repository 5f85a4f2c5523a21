import type { LeftOver } from "./left-over";
import type { Plugins, ResolvedPlugin } from "./plugins";
import type { Job, MeltanoProject, Schedule } from "./project";

/** A replication that a project runs: what becomes an entry of the array. */
export interface PlannedRun {
  /** Name that the entry gets where it is free. */
  readonly name: string;
  readonly place: string;
  readonly extractor: ResolvedPlugin;
  readonly loader: ResolvedPlugin;
  /** Cron text; undefined where nothing starts it by itself. */
  readonly interval?: string;
  /** Variables that the schedule gives. */
  readonly env: { readonly [name: string]: string };
  /** Commands of utilities that run after it, in order. */
  readonly after: readonly UtilityCall[];
}

/** A command of a utility, such as `dbt-postgres:run`. */
export interface UtilityCall {
  readonly plugin: ResolvedPlugin;
  /** Name of the command; undefined for the plugin's own program. */
  readonly command?: string;
}

type Tell = (where: string, text: string) => void;

/** One replication of a task, and what follows it. */
interface Pair {
  readonly extractor: ResolvedPlugin;
  readonly loader: ResolvedPlugin;
  readonly after: readonly UtilityCall[];
}

/** What a project runs: its schedules, its jobs without one, and its pairs of plugins where it has neither. */
export function plannedRuns(
  project: MeltanoProject,
  plugins: Plugins,
): { readonly runs: readonly PlannedRun[]; readonly leftOver: readonly LeftOver[] } {
  const leftOver: LeftOver[] = [];
  const tell: Tell = (where, text) => void leftOver.push({ where, text });
  const scheduled = project.schedules.flatMap((schedule) =>
    scheduleRuns(schedule, project, plugins, tell),
  );
  const jobs = project.jobs.filter(
    ({ name }) => !project.schedules.some(({ job }) => job === name),
  );
  const unscheduled = jobs.flatMap((job) => jobRuns(job, job, plugins, tell));
  const runs = [...scheduled, ...unscheduled];
  return {
    runs:
      runs.length > 0 || project.schedules.length + project.jobs.length > 0
        ? runs
        : pairsOfPlugins(project, plugins, tell),
    leftOver,
  };
}

function scheduleRuns(
  schedule: Schedule,
  project: MeltanoProject,
  plugins: Plugins,
  tell: Tell,
): readonly PlannedRun[] {
  const where = `${schedule.place} schedule ${schedule.name}`;
  if (schedule.transform !== undefined && schedule.transform !== "skip")
    tell(
      where,
      `transform: ${schedule.transform} is not carried over; add a followUp with an image that holds the transformations`,
    );
  const job =
    schedule.job === undefined ? undefined : project.jobs.find(({ name }) => name === schedule.job);
  if (job) return jobRuns(job, schedule, plugins, tell);
  if (schedule.job !== undefined) tell(where, `its job ${schedule.job} is not there`);
  const [extractor, loader] = [
    plugins.find(schedule.extractor ?? ""),
    plugins.find(schedule.loader ?? ""),
  ];
  if (schedule.job === undefined && (!extractor || !loader))
    tell(
      where,
      `its extractor ${schedule.extractor ?? "(none)"} or loader ${schedule.loader ?? "(none)"} is not among the plugins`,
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

/** The replications of a job; those of several tasks become entries of their own, which start at the same time. */
function jobRuns(
  job: Job,
  by: Schedule | Job,
  plugins: Plugins,
  tell: Tell,
): readonly PlannedRun[] {
  const where = `${job.place} job ${job.name}`;
  const pairs = pairsOf(job, plugins, (text) => tell(where, text));
  if (pairs.length > 1)
    tell(
      where,
      `its ${pairs.length} replications ran one after another; they are entries of their own now, which start at the same time`,
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

function pairsOf({ tasks }: Job, plugins: Plugins, tell: (text: string) => void): readonly Pair[] {
  const pairs: Pair[] = [];
  let extractor: ResolvedPlugin | undefined;
  for (const block of tasks.flatMap((task) => task.split(/\s+/)).filter((one) => one !== "")) {
    const [name = "", command] = block.split(":");
    const plugin = plugins.find(name);
    const last = pairs[pairs.length - 1];
    if (!plugin)
      tell(
        extractor === undefined
          ? `${block} is not among the plugins`
          : `${block} changes records on their way, which is not carried over; stream_maps of a connector made with the Singer SDK can do that`,
      );
    else if (plugin.kind === "extractor") extractor = plugin;
    else if (plugin.kind === "loader" && extractor) {
      pairs.push({ extractor, loader: plugin, after: [] });
      extractor = undefined;
    } else if (plugin.kind === "loader") tell(`the loader ${name} has no extractor before it`);
    else if (plugin.kind === "mapper")
      tell(
        `the mapper ${block} is not carried over; stream_maps of a connector made with the Singer SDK can do that`,
      );
    else if (last)
      pairs[pairs.length - 1] = {
        ...last,
        after: [...last.after, { plugin, ...(command !== undefined && { command }) }],
      };
    else
      tell(
        `${block} ran before any replication, or without one; that is a job of the array (kind: "job") with an image of its own`,
      );
  }
  return pairs;
}

/** Without schedules and jobs people name the plugins by hand: with one loader it is clear where all goes. */
function pairsOfPlugins(
  project: MeltanoProject,
  plugins: Plugins,
  tell: Tell,
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
      tell(
        `${place} extractor ${name}`,
        "others inherit from it, so that it was taken for their model and has no entry of its own",
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
  tell(
    "the project",
    `it has no schedule and no job, and ${loaders.length === 0 ? "no loader" : "several loaders"}: which extractor goes to which loader is not known`,
  );
  return [];
}
