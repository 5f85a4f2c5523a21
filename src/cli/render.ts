import { plural } from "../common/plural";
import { Option, type Command } from "commander";
import { DEFAULT_NAMESPACE } from "../common/commands";
import type { Rendered } from "../manifests/render/render";
import { UserError } from "../common/errors";
import { DEFAULTS } from "../model/defaults";
import { print, printJson } from "../common/print";
import type { SecretStore } from "../manifests/complete/external-secret";
import { validProject } from "./valid-project";
import { writeFiles } from "./write-files";

interface RenderFlags {
  readonly out?: string;
  readonly stack?: string;
  readonly registry?: string;
  readonly baseImage?: string;
  readonly json?: boolean;
  readonly complete?: boolean;
  readonly for: "argo-cd" | "flux";
  readonly repo?: string;
  readonly revision: string;
  readonly images?: string;
  readonly secretStore?: string;
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
  $ npx tapctl render --stack prod --out manifests
  $ npx tapctl render --complete --stack prod --out deploy --repo https://git.example.com/data.git
  $ npx tapctl render --complete --for flux --stack prod --out deploy`;

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
    .option("--complete", "write the whole stack, for GitOps")
    .addOption(
      new Option("--for <tool>", "with --complete: the program that applies the files")
        .choices(["argo-cd", "flux"])
        .default("argo-cd"),
    )
    .option(
      "--repo <repository>",
      "with --complete: URL of the git repository with the files; for flux the name of its GitRepository (default for flux: flux-system)",
    )
    .option(
      "--revision <name>",
      "with --complete: branch, tag or commit that Argo CD reads",
      "main",
    )
    .option(
      "--images <file>",
      "with --complete: JSON file with digests of images by reference (default: images.json in the output folder, then the registry)",
    )
    .option(
      "--secret-store <name>",
      "with --complete: ClusterSecretStore, or SecretStore/NAME, from which External Secrets Operator creates the Secrets (default: create them yourself)",
    )
    .option("--json", "print as JSON, including how each image is built")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: RenderFlags, command: Command) => {
      if (flags.complete) return complete(flags, command);
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
  const { namespace } = command.optsWithGlobals<{ readonly namespace?: string }>();
  const { root, entries } = validProject(command);
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

async function complete(flags: RenderFlags, command: Command): Promise<void> {
  const { stack, out, for: tool, repo = tool === "flux" ? "flux-system" : undefined } = flags;
  const { namespace } = command.optsWithGlobals<{ readonly namespace?: string }>();
  const ofStack = [
    ["--registry", flags.registry],
    ["--base-image", flags.baseImage],
    ["--namespace", namespace],
  ].filter(([, value]) => value !== undefined);
  if (ofStack.length > 0)
    throw new UserError(
      `${ofStack.map(([name]) => name).join(", ")} cannot be used with --complete.`,
      {
        fix: "Set it in the stack's file.",
      },
    );
  if (stack === undefined || out === undefined || repo === undefined)
    throw new UserError("--complete needs --stack, --out and, for Argo CD, --repo.", {
      fix: "Write: tapctl render --complete --stack NAME --out FOLDER --repo URL",
    });
  const { root, entries } = validProject(command);
  const { renderComplete } = await import("./render-complete.js");
  return renderComplete(
    { root, entries },
    {
      for: tool,
      stack,
      out,
      repo,
      revision: flags.revision,
      ...(flags.images !== undefined && { images: flags.images }),
      ...(flags.secretStore !== undefined && { secretStore: storeOf(flags.secretStore) }),
      ...(flags.json && { json: true }),
    },
  );
}

/** A store by name, or by kind and name. */
function storeOf(text: string): SecretStore {
  const [, kind = "ClusterSecretStore", name] =
    /^(?:(ClusterSecretStore|SecretStore)\/)?([a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/.exec(text) ?? [];
  if (name === undefined)
    throw new UserError(`Invalid value for --secret-store: "${text}".`, {
      fix: "Use the name of a ClusterSecretStore, or SecretStore/NAME.",
    });
  return { kind: kind as SecretStore["kind"], name };
}
