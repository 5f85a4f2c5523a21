import { plural } from "../common/plural";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { DEFAULT_NAMESPACE } from "../common/commands";
import type { ManifestFile, Rendered } from "../manifests/render/render";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import { loadProject } from "../run/project";
import { assertValid } from "../model/validation/validate";
import { print, printJson } from "../common/print";

interface RenderFlags {
  readonly out?: string;
  readonly stack?: string;
  readonly registry?: string;
  readonly baseImage?: string;
  readonly json?: boolean;
}

/** Settings without a stack. */
const WITHOUT_STACK = {
  registry: DEFAULTS.registry,
  baseImage: DEFAULTS.baseImage,
  namespace: DEFAULT_NAMESPACE,
};

const EXAMPLES = `
Examples:
  $ npx tapctl render --out manifests --registry registry.example.com/etl --namespace etl
  $ npx tapctl render --stack prod --out manifests`;

/** `tapctl render`: the cluster's manifests, rendered offline. */
export function addRender(program: Command): void {
  program
    .command("render")
    .summary("write the Argo manifests without a cluster")
    .description(
      "write the Argo manifests of every pipeline; secrets stay references, and no cluster is needed",
    )
    .option(
      "--out <dir>",
      "write files to this folder: templates.yaml, pipelines/NAME.yaml, runs/NAME.yaml (default: print all except the runs)",
    )
    .option(
      "--stack <name>",
      "use the settings in Pulumi.NAME.yaml, as `pulumi up` does; other options override them (default: no stack)",
    )
    .option(
      "--registry <host>",
      `registry of the connector images (default: the stack's, else ${WITHOUT_STACK.registry})`,
    )
    .option(
      "--base-image <image>",
      `base image of the connector images (default: the stack's, else ${WITHOUT_STACK.baseImage})`,
    )
    .option("--json", "print as JSON, including how each image is built")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: RenderFlags, command: Command) => {
      const rendered = await renderedOf(flags, command);
      if (flags.json) return printJson(rendered);
      const { manifestFiles, runFiles } = await import("../manifests/render/render.js");
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
        `${flags.out}: templates, ${plural(rendered.pipelines.length, "pipeline")} and one run to submit for each`,
      );
    });
}

async function renderedOf(
  { stack, registry, baseImage }: RenderFlags,
  command: Command,
): Promise<Rendered> {
  // Every verb has --namespace; here it is the namespace of the manifests, and no cluster is
  // used.
  const { project, namespace } = command.optsWithGlobals<{
    readonly project?: string;
    readonly namespace?: string;
  }>();
  const { root, entries } = loadProject(project ?? process.cwd());
  assertValid(entries);
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw new UserError(`Invalid value for --namespace: "${namespace}".`, {
      fix: `Use at most 63 lowercase letters, digits and "-".`,
    });
  const given = {
    root,
    ...(registry !== undefined && { registry }),
    ...(baseImage !== undefined && { baseImage }),
    ...(namespace !== undefined && { namespace }),
  };
  if (stack === undefined)
    return (await import("../manifests/render/render.js")).renderArray(entries, {
      ...WITHOUT_STACK,
      ...given,
    });
  const { readStackFile } = await import("../settings/stack-file.js");
  const { renderStack } = await import("../manifests/render/render-stack.js");
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
    throw new UserError(`${path ?? folder}: cannot be written (${code}).`, {
      fix: "Check that the folder exists and is writable.",
      exitCode: 1,
    });
  }
}
