import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { REPOSITORY } from "../cli/support";

const FOLDER = join(REPOSITORY, ".github", "workflows");

/** A step of a job. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: { readonly [name: string]: string };
  readonly with?: { readonly [name: string]: unknown };
}

/** A job of a workflow. */
export interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: { readonly [scope: string]: string };
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}

/** A workflow file. */
export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly name: string;
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: { readonly [name: string]: Job };
}

/** All workflows of this repository. */
export const workflows: readonly Workflow[] = readdirSync(FOLDER)
  .sort()
  .map((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    return { file, text, ...(parse(text) as Omit<Workflow, "file" | "text">) };
  });

/** A workflow by its file. */
export function workflow(file: string): Workflow {
  const found = workflows.find((one) => one.file === file);
  if (!found) throw new Error(`no workflow ${file}`);
  return found;
}

/** The script of the step of a job that has one: by the step's name, or the one for `github-script`. */
export function scriptOf(file: string, job: string, name?: string): string {
  const step = workflow(file).jobs[job]?.steps.find((one) =>
    name === undefined ? one.with?.["script"] !== undefined : one.name === name,
  );
  const script = name === undefined ? step?.with?.["script"] : step?.run;
  if (typeof script !== "string") throw new Error(`${file} ${job}: no script`);
  return script;
}
