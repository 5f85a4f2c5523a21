import { createHash } from "node:crypto";
import { existsSync, writeSync } from "node:fs";
import { join, sep } from "node:path";
import type { Tap, Target } from "../model/connector";
import { readContracts } from "../model/contracts";
import { isReplication, type PipelineEntry } from "../model/define";
import type { CheckoutDescription, CheckoutManifests } from "./checkout";
import { stringifyJson } from "../common/json";
import { loadTypeScript } from "../common/typescript";
import { renderArray as ownRenderArray } from "../manifests/render/render";

// Runs in a checkout's own process: `describe-checkout.ts FOLDER BASE-IMAGE`. It executes the code
// of the array, which may be untrusted, and answers on file descriptor 3, because that code may
// write to standard output.

const ANSWER = 3;

const [folder = "", baseImage = ""] = process.argv.slice(2);
answer(describe(folder, baseImage));

function describe(root: string, image: string): CheckoutDescription {
  const file = join(root, "pipelines", "index.ts");
  if (!existsSync(file)) return { kind: "failed", problem: "it has no pipelines/index.ts" };
  try {
    const { pipelines } = loadTypeScript(file) as { readonly pipelines?: unknown };
    if (!Array.isArray(pipelines))
      return { kind: "failed", problem: 'pipelines/index.ts exports no array named "pipelines"' };
    const entries = readContracts(pipelines as readonly PipelineEntry[], root);
    return { kind: "array", entries, manifests: render(root, entries, image) };
  } catch (error) {
    return { kind: "failed", problem: firstLine(error) };
  }
}

/**
 * Renders the manifests with the checkout's own code, so that changes to it are visible, or with
 * this code if it has none.
 */
function render(
  root: string,
  entries: readonly PipelineEntry[],
  baseImage: string,
): CheckoutManifests {
  const compiled = join(root, "dist", "src", "manifests", "render", "render.js");
  try {
    const { renderArray } = existsSync(compiled)
      ? loadCompiled(compiled)
      : { renderArray: ownRenderArray };
    const options = { root, registry: "registry", baseImage };
    const { templates, images } = renderArray(oneForEachConnector(entries), options);
    const { pipelines } = renderArray(entries.map(withReadyImages), options);
    return {
      kind: "rendered",
      // If the checkout's code has no `templates`, this is a digest of nothing, and they show up as
      // changed.
      templates: digest([templates]),
      pipelines: pipelines.map((manifests) => [manifests.name, digest(manifests)]),
      images: Object.keys(images).map((reference) => reference.slice("registry/".length)),
    };
  } catch (error) {
    return { kind: "failed", problem: firstLine(error) };
  }
}

function loadCompiled(
  file: string,
): Pick<typeof import("../manifests/render/render"), "renderArray"> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a checkout of this repository has code of its own
  return require(file) as typeof import("../manifests/render/render");
}

/**
 * A minimal set of entries with all connectors: computing an image tag reads everything in the
 * image, which is slow.
 */
function oneForEachConnector(entries: readonly PipelineEntry[]): readonly PipelineEntry[] {
  const seen = new Set<string>();
  return entries.filter(isReplication).filter(({ tap, target }) => {
    const connectors = [tap, target].map(({ connector }) => stringifyJson(connector));
    const isNew = connectors.some((one) => !seen.has(one));
    for (const one of connectors) seen.add(one);
    return isNew;
  });
}

/**
 * Replaces images: a rebuilt image is listed once, not as a change of every pipeline that uses it.
 */
function withReadyImages(entry: PipelineEntry): PipelineEntry {
  if (!isReplication(entry)) return entry;
  const ready = <Use extends Tap | Target>(use: Use): Use => ({
    ...use,
    connector: { ...use.connector, source: { image: "registry/connector:1" } },
  });
  return { ...entry, tap: ready(entry.tap), target: ready(entry.target) };
}

/** Digest without image references, for the same reason. */
function digest(manifests: unknown): string {
  return createHash("sha256")
    .update(stringifyJson(manifests).replace(/registry\/[\w./-]+:[\w.-]+/g, ""))
    .digest("hex")
    .slice(0, 16);
}

/**
 * First line with a cause: TypeScript errors start with a count. The checkout's folder is removed
 * from the text.
 */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .split("\n")
    .find((one) => one.trim() !== "" && !/^Transform failed with/.test(one));
  return line?.trim().replace(`${folder}${sep}`, "") ?? "it fails without an error message";
}

function answer(description: CheckoutDescription): void {
  const bytes = Buffer.from(stringifyJson(description));
  for (let written = 0; written < bytes.length;) written += writeSync(ANSWER, bytes, written);
}
