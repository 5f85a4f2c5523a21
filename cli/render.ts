import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { ManifestFile } from "../components/render";
import { UserError } from "../errors";
import { loadProject } from "../local/project";
import type { PipelineEntry } from "../pipelines/define";
import { assertValid } from "../pipelines/validation/validate";
import { load } from "./load";
import { print, printJson } from "./print";

interface RenderFlags {
  readonly out?: string;
  readonly registry: string;
  readonly baseImage: string;
  readonly json?: boolean;
}

/** `tapctl render`: the manifests of the cluster, without one. */
export function addRender(program: Command): void {
  program
    .command("render")
    .description("write the Argo manifests of every pipeline; secrets stay references, and no cluster is asked")
    .option("--out <dir>", "write files there: templates.yaml, pipelines/NAME.yaml, runs/NAME.yaml (default: print all but the runs)")
    .option("--registry <host>", "registry of the connector images", "localhost:5000")
    .option("--base-image <image>", "image that the connector images are built on", "python:3.12-slim")
    .option("--json", "print as JSON, with how each image is built")
    .addHelpText("after", "\nExample:\n  $ npx tapctl render --out manifests --registry registry.example.com/etl --namespace etl")
    .action((flags: RenderFlags, command: Command) => {
      const { entries, namespace } = renderedOf(command);
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) throw new UserError(`--namespace "${namespace}": only lower-case letters, digits and "-" are allowed, at most 63`);
      const { manifestFiles, renderArray, runFiles } = load("../components/render") as typeof import("../components/render");
      const rendered = renderArray(entries, { ...flags, namespace });
      if (flags.json) return printJson(rendered);
      const files = manifestFiles(rendered);
      if (flags.out === undefined) return print(files.map(({ text }) => text).join("---\n").trimEnd());
      writeFiles(flags.out, [...files, ...runFiles(rendered)]);
      print(`${flags.out}: the templates, ${rendered.pipelines.length} pipelines and a run to submit for each`);
    });
}

/** The array, and the namespace that every verb takes: here it is what manifests are written for, and no cluster is asked. */
function renderedOf(command: Command): { readonly entries: readonly PipelineEntry[]; readonly namespace: string } {
  const { project, namespace = "pipelines" } = command.optsWithGlobals<{ readonly project?: string; readonly namespace?: string }>();
  const { entries } = loadProject(project ?? process.cwd());
  assertValid(entries);
  return { entries, namespace };
}

function writeFiles(folder: string, files: readonly ManifestFile[]): void {
  try {
    for (const { path, text } of files) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? folder} cannot be written: ${code}`, 1);
  }
}
