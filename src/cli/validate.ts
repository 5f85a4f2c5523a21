import { plural } from "../common/plural";
import { join } from "node:path";
import type { Command } from "commander";
import { loadProject } from "../run/project";
import { localSecrets } from "../run/secrets";
import { isFields } from "../model/validation/checks";
import { formatProblem, groupByText, InvalidPipelines } from "../model/validation/problem";
import { secretsOf, stackSecrets } from "../model/validation/secrets";
import { validatePipelines } from "../model/validation/validate";
import { print, printJson } from "../common/print";

/** More notes would scroll the result off the screen. */
const MOST_NOTES = 20;

/** `tapctl validate`: all problems of the array. */
export function addValidate(program: Command): void {
  program
    .command("validate")
    .description("check the whole array and report all problems")
    .option("--secrets", "treat missing secrets as errors instead of notes")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  $ npx tapctl validate --secrets")
    .action(
      (options: { readonly secrets?: boolean; readonly json?: boolean }, command: Command) => {
        const project = loadProject(
          command.optsWithGlobals<{ readonly project?: string }>().project ?? process.cwd(),
        );
        const lookup = localSecrets(project.root);
        const names = project.entries.flatMap((entry) =>
          isFields(entry) ? stackSecrets(secretsOf(entry)).map(({ name }) => name) : [],
        );
        const secrets = new Set(names.filter((name) => lookup(name) !== undefined));
        const {
          problems: found,
          missing,
          notes: advice,
        } = validatePipelines(project.entries, { secrets });
        const [problems, notes] = options.secrets
          ? [[...found, ...missing], advice]
          : [found, [...missing, ...advice]];
        if (options.json) {
          printJson({ valid: problems.length === 0, problems, notes });
          process.exitCode = problems.length === 0 ? 0 : 2;
          return;
        }
        if (problems.length > 0) throw new InvalidPipelines(problems);
        const groups = groupByText(notes);
        for (const group of groups.slice(0, MOST_NOTES)) print(`note: ${formatProblem(group)}`);
        if (groups.length > MOST_NOTES)
          print(`note: ${groups.length - MOST_NOTES} more; list all with --json`);
        print(
          `${join(project.root, "pipelines", "index.ts")}: ${plural(project.entries.length, "pipeline, valid", "pipelines, all valid")}`,
        );
      },
    );
}
