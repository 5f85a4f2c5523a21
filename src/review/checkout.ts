import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { packageFile, PACKAGE_ROOT } from "../common/package";
import type { PipelineEntry } from "../model/define";
import { parseJson } from "../common/json";

/** What the manifests of a checkout are, without being them: enough to tell whether they change. */
export type CheckoutManifests =
  | {
      readonly kind: "rendered";
      /** Digest of the templates that all pipelines share. */
      readonly templates: string;
      /** Digest of each pipeline's manifests, without references of images. */
      readonly pipelines: readonly (readonly [name: string, digest: string])[];
      /** Repository and tag of each image that is built, such as `tap-postgres:0.10.0-3f1c2a9b7d04`. */
      readonly images: readonly string[];
    }
  | { readonly kind: "failed"; readonly problem: string };

/** What a checkout of the project holds. */
export type CheckoutDescription =
  | {
      readonly kind: "array";
      readonly entries: readonly PipelineEntry[];
      readonly manifests: CheckoutManifests;
    }
  | { readonly kind: "failed"; readonly problem: string };

/** An array takes well under a second; one that waits for something never gets it here. */
const LONGEST_SECONDS = 60;

/** The packages that this tapctl runs on: a checkout that was never installed finds them here. */
const PACKAGES = [packageFile("node_modules"), dirname(PACKAGE_ROOT)];

/**
 * Reads the array of a checkout in a process of its own.
 *
 * Of its own, because two checkouts hold two versions of the same modules, because the array is code, which could
 * change what the other one's would find, and because one that ends its process or waits for ever costs a sentence
 * and not the comment.
 *
 * @param folder the checkout's, with `pipelines/index.ts` right below it: no folder above is looked at, because that
 *   would be another checkout.
 */
export async function readCheckout(
  folder: string,
  baseImage: string,
): Promise<CheckoutDescription> {
  const child = spawn(
    process.execPath,
    [packageFile("dist", "src", "review", "describe-checkout.js"), folder, baseImage],
    {
      cwd: folder,
      env: {
        ...process.env,
        NODE_PATH: [...PACKAGES, process.env.NODE_PATH].filter(Boolean).join(delimiter),
      },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      timeout: LONGEST_SECONDS * 1000,
      killSignal: "SIGKILL",
    },
  );
  const [answer, complaint, end] = await Promise.all([
    textOf(child.stdio[3] as NodeJS.ReadableStream),
    textOf(child.stderr as NodeJS.ReadableStream),
    endOf(child),
  ]);
  return parse(answer) ?? { kind: "failed", problem: silence(end, complaint) };
}

function parse(answer: string): CheckoutDescription | undefined {
  try {
    return parseJson(answer) as CheckoutDescription;
  } catch {
    return undefined;
  }
}

function silence(end: number | NodeJS.Signals | null, complaint: string): string {
  if (end === "SIGKILL")
    return `its array does not come to an end within ${LONGEST_SECONDS} s, or was killed`;
  const said = complaint
    .split("\n")
    .find((line) => /error/i.test(line))
    ?.trim();
  return `its array ended the process with ${end ?? "nothing"}${said === undefined ? "" : `: ${said}`}`;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}

function endOf(child: ReturnType<typeof spawn>): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) =>
    child.on("error", reject).on("close", (code, signal) => resolve(signal ?? code)),
  );
}
