import { Command } from "commander";
import { print, printJson } from "../cli/print";
import { runProgram } from "../cli/program";
import type { CheckedSettings } from "../settings/schema";
import { capture } from "./command";
import { digestOf } from "./image-digest";
import { DEFAULT_STACK } from "./pulumi";
import { defaultSettings, readSettings } from "./settings";

/** An image of the stack, and the setting that names it. */
export interface PinnableImage {
  /** With its tag. */
  readonly image: string;
  /** Path of the setting, as `pulumi config set --path` takes it. */
  readonly setting: string;
  /** The setting's text for a digest. */
  readonly value: (digest: string) => string;
}

/** Every image that the settings name by a tag. */
export function pinnableImages({ argo, images, objectStore }: Pick<CheckedSettings, "argo" | "images" | "objectStore">): readonly PinnableImage[] {
  const named = (image: string, setting: string): PinnableImage => ({ image, setting, value: (digest) => `${image}@${digest}` });
  // Argo's chart puts a tag behind the name, and takes one with a digest.
  const part = (name: string, values: string): PinnableImage => ({
    image: `${argo.imageRegistry}/argoproj/${name}:${argo.version}`,
    setting: `argo.values.${values}.image.tag`,
    value: (digest) => `${argo.version}@${digest}`,
  });
  const all = [
    ...(argo.install ? [part("workflow-controller", "controller"), part("argoexec", "executor"), ...(argo.server ? [part("argocli", "server")] : [])] : []),
    ...(objectStore.kind === "minio" ? [named(objectStore.image, "objectStore.image"), named(objectStore.clientImage, "objectStore.clientImage")] : []),
    named(images.baseImage, "images.baseImage"),
    ...Object.entries(images.ready).map(([connector, image]) => named(image, `images.ready["${connector}"]`)),
  ];
  return all.filter(({ image }) => !image.includes("@"));
}

/** `npm run pin`: asks the registries for digests, and says how to write them into the stack's settings. */
export async function main(): Promise<void> {
  const program = new Command("npm run pin --")
    .description("look up the digests that the stack's images have now in their registries, and print the commands that pin them")
    .option("--stack <name>", "stack, whose settings are read where there is a `pulumi`", DEFAULT_STACK)
    .option("--json", "print as JSON: a list of {image, setting, value, source}")
    .exitOverride()
    .addHelpText("after", "\nExample:\n  $ npm run pin -- --stack prod | sh");
  program.action((flags: { readonly stack: string; readonly json?: boolean }) => pin(flags));
  await runProgram(program);
}

async function pin({ stack, json = false }: { readonly stack: string; readonly json?: boolean }): Promise<void> {
  const found = await Promise.all(
    pinnableImages(settingsOf(stack)).map(async ({ image, setting, value }) => ({ image, setting, value: value(await digestOf(image)), source: image.replace(/\/.*/, "") })),
  );
  if (json) return printJson(found);
  for (const { image, setting, value } of found) print(`# read from the registry of ${image}\npulumi config set --stack ${stack} --path 'tapctl:${setting}' '${value}'`);
}

/** The stack's settings, or the defaults where no engine or stack is there: secrets have no part in an image's name. */
function settingsOf(stack: string): CheckedSettings {
  const listed = capture("pulumi", ["config", "--json", "--stack", stack, "--non-interactive"]);
  return listed.ok ? readSettings(listed) : defaultSettings();
}
