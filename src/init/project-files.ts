import { readFileSync } from "node:fs";
import { packageFile } from "../common/package";
import { secretVariable } from "../model/validation/secrets";

/** A file of a new project. */
export interface ProjectFile {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** What a new project is written from. */
export interface ProjectPlan {
  /** Name of the project, such as `my-etl`. */
  readonly name: string;
  /** Text of `pipelines/index.ts`. */
  readonly array: string;
  /** A pipeline of it, for the examples of the README; undefined if it has none. */
  readonly pipeline: string | undefined;
  /** Whether the bundled source can stand in for the pipeline's own. */
  readonly offline: boolean;
  /** What `package.json` names to get this package, such as `0.2.0`. */
  readonly tapctl: string;
  /** Whether the workflows of GitHub are written. */
  readonly github: boolean;
}

/** Packages that deploying needs, in the versions that this package is tested with. */
const TO_DEPLOY = [
  "@pulumi/docker-build",
  "@pulumi/kubernetes",
  "@pulumi/policy",
  "@pulumi/pulumi",
  "@pulumi/random",
];

/** Packages of the type check. */
const TO_CHECK = ["@types/node", "typescript"];

const WORKFLOWS = [
  "comment.yml",
  "deploy.yml",
  "drift.yml",
  "lock-updates.yml",
  "pull-request.yml",
];

/** The files of a new project, in the order of their paths. */
export function projectFiles(plan: ProjectPlan): readonly ProjectFile[] {
  const verbatim = (path: string, from = path): ProjectFile => ({ path, text: template(from, {}) });
  const pipeline = plan.pipeline ?? "NAME";
  const files = [
    { path: "Pulumi.yaml", text: template("Pulumi.yaml", { name: plan.name }) },
    verbatim("Pulumi.dev.yaml"),
    { path: "package.json", text: packageText(plan) },
    verbatim("tsconfig.json"),
    verbatim("index.ts", "index.ts.template"),
    { path: "pipelines/index.ts", text: plan.array },
    verbatim(".gitignore", "gitignore"),
    { path: ".env.example", text: environmentText(plan.array) },
    {
      path: "README.md",
      text: template("README.md", {
        name: plan.name,
        pipeline,
        run: plan.offline ? `${pipeline} --offline` : pipeline,
      }),
    },
    ...(plan.github
      ? WORKFLOWS.map((file) => verbatim(`.github/workflows/${file}`, `github/${file}`))
      : []),
  ];
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Paths of the files of a new project, which do not depend on what is in them. */
export function projectPaths(github: boolean): readonly string[] {
  const empty = { name: "", array: "", pipeline: undefined, offline: false, tapctl: "", github };
  return projectFiles(empty).map(({ path }) => path);
}

/**
 * A file of `src/init/project` with values in the place of `{{name}}`; those of GitHub's workflows
 * have a `$` in front.
 */
function template(file: string, values: { readonly [name: string]: string }): string {
  return readFileSync(packageFile("src", "init", "project", ...file.split("/")), "utf8").replace(
    /(?<!\$)\{\{(\w+)\}\}/g,
    (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${file} asks for "${name}"`);
      return value;
    },
  );
}

function packageText({ name, tapctl }: ProjectPlan): string {
  const { devDependencies: tested } = JSON.parse(
    readFileSync(packageFile("package.json"), "utf8"),
  ) as { readonly devDependencies: { readonly [name: string]: string } };
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.map((one) => [one, tested[one]]));
  return `${JSON.stringify(
    {
      name,
      private: true,
      scripts: { typecheck: "tsc", up: "tapctl up", down: "tapctl down" },
      dependencies: { ...versions(TO_DEPLOY), tapctl },
      devDependencies: versions(TO_CHECK),
    },
    null,
    2,
  )}\n`;
}

/** A line for each secret of an array, for `.env`. */
function environmentText(array: string): string {
  const secrets = new Set([...array.matchAll(/\bsecret\("([^"]+)"\)/g)].map(([, name]) => name));
  const head =
    "# Secrets of local runs. Copy this file to .env, which git ignores, and fill it in.\n";
  return head + [...secrets].map((name) => `${secretVariable(name ?? "")}=\n`).join("");
}
