import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { DEFAULT_NAMESPACE, printCommandsFor } from "../common/command-text";
import type { ManifestFile, Rendered } from "../manifests/render/render";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import { loadProject } from "../run/project";
import { assertValid } from "../model/validation/validate";
import { load } from "./load";
import { print, printJson } from "../common/print";

interface RenderFlags {
  readonly out?: string;
  readonly stack?: string;
  readonly registry?: string;
  readonly baseImage?: string;
  readonly json?: boolean;
}

/** What there is without a stack. */
const WITHOUT_STACK = {
  registry: DEFAULTS.registry,
  baseImage: DEFAULTS.baseImage,
  namespace: DEFAULT_NAMESPACE,
};

const EXAMPLES = `
Examples:
  $ npx tapctl render --out manifests --registry registry.example.com/etl --namespace etl
  $ npx tapctl render --stack prod --out manifests`;

/** `tapctl render`: the manifests of the cluster, without one. */
export function addRender(program: Command): void {
  program
    .command("render")
    .description(
      "write the Argo manifests of every pipeline; secrets stay references, and no cluster is asked",
    )
    .option(
      "--out <dir>",
      "write files there: templates.yaml, pipelines/NAME.yaml, runs/NAME.yaml (default: print all but the runs)",
    )
    .option(
      "--stack <name>",
      "stack whose settings in Pulumi.NAME.yaml hold: what `pulumi up` of it declares; other options win (default: settings of no stack)",
    )
    .option(
      "--registry <host>",
      `registry of the connector images (default: the stack's, else ${WITHOUT_STACK.registry})`,
    )
    .option(
      "--base-image <image>",
      `image that the connector images are built on (default: the stack's, else ${WITHOUT_STACK.baseImage})`,
    )
    .option("--json", "print as JSON, with how each image is built")
    .addHelpText("after", EXAMPLES)
    .action((flags: RenderFlags, command: Command) => {
      const rendered = renderedOf(flags, command);
      if (flags.json) return printJson(rendered);
      const { manifestFiles, runFiles } = load(
        "../manifests/render/render",
      ) as typeof import("../manifests/render/render");
      const files = manifestFiles(rendered);
      if (flags.out === undefined)
        return print(
          files
            .map(({ text }) => text)
            .join("---\n")
            .trimEnd(),
        );
      writeFiles(flags.out, [...files, ...runFiles(rendered)]);
      print(
        `${flags.out}: the templates, ${rendered.pipelines.length} pipelines and a run to submit for each`,
      );
    });
}

function renderedOf({ stack, registry, baseImage }: RenderFlags, command: Command): Rendered {
  // Every verb takes a namespace: here it is what manifests are written for, and no cluster is asked.
  const { project, namespace } = command.optsWithGlobals<{
    readonly project?: string;
    readonly namespace?: string;
  }>();
  printCommandsFor({ project, ...(stack !== undefined && { stack: () => stack }) });
  const { root, entries } = loadProject(project ?? process.cwd());
  assertValid(entries);
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw new UserError(
      `--namespace "${namespace}": only lower-case letters, digits and "-" are allowed, at most 63`,
    );
  const given = {
    root,
    ...(registry !== undefined && { registry }),
    ...(baseImage !== undefined && { baseImage }),
    ...(namespace !== undefined && { namespace }),
  };
  if (stack === undefined)
    return (
      load("../manifests/render/render") as typeof import("../manifests/render/render")
    ).renderArray(entries, { ...WITHOUT_STACK, ...given });
  const { readStackFile } = load(
    "../settings/stack-file",
  ) as typeof import("../settings/stack-file");
  const { renderStack } = load(
    "../manifests/render/render-stack",
  ) as typeof import("../manifests/render/render-stack");
  return renderStack(entries, readStackFile(root, stack).settings, given);
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
