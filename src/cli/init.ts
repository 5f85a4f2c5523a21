import { basename, relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { UserError } from "../common/errors";
import { print, printJson } from "../common/print";
import { openPrompt, type Prompt } from "../common/prompt";
import {
  arrayText,
  DEFAULT_SCHEDULE,
  pipelineOf,
  SOURCES,
  TARGETS,
  TEMPLATES,
  type Template,
} from "../init/arrays";
import { projectFiles, projectPaths } from "../init/project-files";
import { tapctlSpec } from "../init/tapctl-spec";
import { requireNew, writeProject } from "../init/write-project";
import { neverFires, parseCron } from "../model/cron/cron";

interface InitFlags {
  readonly yes?: boolean;
  readonly template?: string;
  readonly schedule?: string;
  readonly from?: string;
  readonly environment?: string;
  readonly github?: boolean;
  readonly tapctl?: string;
  readonly json?: boolean;
}

/** What the array of a new project is, and what could not be carried over from another tool. */
interface FirstArray {
  readonly array: string;
  readonly pipelines: readonly string[];
  readonly offline: boolean;
  readonly leftOver: readonly { readonly where: string; readonly text: string }[];
}

/** `tapctl init`: a new project. */
export function addInit(program: Command): void {
  program
    .command("init [folder]")
    .description(
      "create a project in a folder (default: this one), whose files it never overwrites",
    )
    .option("--yes", "skip the prompts: use the given template and schedule, or the defaults")
    .addOption(
      new Option("--template <name>", "source and target of the first pipeline").choices(
        Object.keys(TEMPLATES),
      ),
    )
    .option("--schedule <cron>", `schedule of the first pipeline (default: ${DEFAULT_SCHEDULE})`)
    .option("--from <file>", "pipelines of a Meltano project: its meltano.yml")
    .option("--environment <name>", "with --from: Meltano environment to use")
    .option("--github", "write workflows for GitHub Actions: review, deployment, drift")
    .option(
      "--tapctl <spec>",
      "version or file of tapctl in package.json, such as file:../tapctl-0.2.0.tgz (default: this one)",
    )
    .option("--json", "print as JSON: {folder, files, pipelines, leftOver}; implies --yes")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx tapctl init my-etl\n  $ npx tapctl init my-etl --template postgres-to-duckdb --github\n  $ npx tapctl init my-etl --from ../etl/meltano.yml",
    )
    .action(init);
}

async function init(given: string | undefined, flags: InitFlags): Promise<void> {
  const folder = resolve(given ?? ".");
  requireNew(folder, projectPaths(flags.github === true));
  const { array, pipelines, offline, leftOver } = await firstArray(flags);
  const [pipeline] = pipelines;
  const files = projectFiles({
    name: projectName(folder),
    array,
    pipeline,
    offline,
    tapctl: flags.tapctl ?? tapctlSpec(folder),
    github: flags.github === true,
  });
  writeProject(folder, files);
  const paths = files.map(({ path }) => path);
  if (flags.json) return printJson({ folder, files: paths, pipelines, leftOver });
  print(`Created in ${relative(process.cwd(), folder) || "this folder"}: ${paths.join(", ")}`);
  if (leftOver.length > 0)
    print(
      `Not carried over, or changed:\n${leftOver.map(({ where, text }) => `  ${where}: ${text}`).join("\n")}`,
    );
  print(
    [
      "\nNext:",
      ...(folder === process.cwd() ? [] : [`cd ${relative(process.cwd(), folder)}`]),
      "npm install",
      ...(pipeline === undefined
        ? []
        : [`npx tapctl run ${pipeline}${offline ? " --offline" : ""}`]),
      "npx tapctl up",
    ].join("\n  "),
  );
}

async function firstArray(flags: InitFlags): Promise<FirstArray> {
  if (flags.from !== undefined) return fromMeltano(flags.from, flags);
  const { template, schedule } = await choose(flags);
  const problem = scheduleProblem(schedule);
  if (problem !== undefined)
    throw new UserError(`Invalid value for --schedule: ${JSON.stringify(schedule)}: ${problem}.`, {
      fix: "Use a cron expression such as 0 6 * * *.",
    });
  return {
    array: arrayText(template, schedule),
    pipelines: [pipelineOf(template)],
    offline: template.source === "exchange-rates",
    leftOver: [],
  };
}

async function fromMeltano(
  file: string,
  { template, schedule, environment }: InitFlags,
): Promise<FirstArray> {
  if (template !== undefined || schedule !== undefined)
    throw new UserError("--from cannot be combined with --template or --schedule.", {
      fix: "Omit them.",
    });
  const { convertMeltano } = await import("../migrate/convert.js");
  const imported = convertMeltano(file, environment);
  return {
    array: imported.typescript,
    pipelines: imported.entries.map(({ name }) => name),
    offline: false,
    leftOver: imported.leftOver,
  };
}

interface Choice {
  readonly template: Template;
  readonly schedule: string;
}

/** The template and schedule of the options, else the user's answers, else the defaults. */
async function choose({ yes, json, template, schedule }: InitFlags): Promise<Choice> {
  const named = template === undefined ? undefined : TEMPLATES[template];
  const defaults: Choice = {
    template: named ?? { source: "exchange-rates", target: "files" },
    schedule: schedule ?? DEFAULT_SCHEDULE,
  };
  if (yes || json || named !== undefined) return defaults;
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new UserError("init prompts for source, target and schedule, which needs a terminal.", {
      fix: "Name a template with --template, or use the defaults with --yes.",
    });
  const prompt = openPrompt();
  try {
    const source = await pick(prompt, "Source", SOURCES, "exchange-rates");
    const target = await pick(prompt, "Target", TARGETS, "files");
    return {
      template: { source, target },
      schedule: schedule ?? (await askSchedule(prompt)),
    };
  } finally {
    prompt.close();
  }
}

/** A choice by its number; return takes the default, the first one. */
async function pick<Name extends string>(
  prompt: Prompt,
  question: string,
  choices: { readonly [name in Name]: { readonly title: string } },
  first: Name,
): Promise<Name> {
  const names = Object.keys(choices) as Name[];
  print(
    `${question}:\n${names.map((name, at) => `  ${at + 1}. ${choices[name].title}`).join("\n")}`,
  );
  for (;;) {
    const answer = await prompt.ask("Number [1]: ");
    const picked = answer === "" ? first : names[Number(answer) - 1];
    if (picked !== undefined) return picked;
    print(`Enter a number from 1 to ${names.length}.`);
  }
}

async function askSchedule(prompt: Prompt): Promise<string> {
  for (;;) {
    const answer = await prompt.ask(`Schedule, as cron [${DEFAULT_SCHEDULE}]: `);
    const schedule = answer === "" ? DEFAULT_SCHEDULE : answer;
    const problem = scheduleProblem(schedule);
    if (problem === undefined) return schedule;
    print(`${schedule}: ${problem}`);
  }
}

function scheduleProblem(schedule: string): string | undefined {
  const parsed = parseCron(schedule);
  if (!parsed.ok) return parsed.problem;
  return neverFires(parsed.schedule) ? "never fires" : undefined;
}

/** A name that npm and Pulumi accept, from that of the folder. */
function projectName(folder: string): string {
  return (
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/^[._-]+|[._-]+$/g, "") || "etl"
  );
}
