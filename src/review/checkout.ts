import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { packageFile, PACKAGE_ROOT } from "../common/package";
import type { PipelineEntry } from "../model/define";
import { parseJson } from "../common/json";

/** Digests of a checkout's manifests, enough to detect changes. */
export type CheckoutManifests =
  | {
      readonly kind: "rendered";
      /** Digest of the shared templates. */
      readonly templates: string;
      /** Digest of each pipeline's manifests, without image references. */
      readonly pipelines: readonly (readonly [name: string, digest: string])[];
      /** Repository and tag of each built image, e.g. `tap-postgres:0.10.0-3f1c2a9b7d04`. */
      readonly images: readonly string[];
    }
  | { readonly kind: "failed"; readonly problem: string };

/** Content of a checkout. */
export type CheckoutDescription =
  | {
      readonly kind: "array";
      readonly entries: readonly PipelineEntry[];
      readonly manifests: CheckoutManifests;
    }
  | { readonly kind: "failed"; readonly problem: string };

/** Loading an array takes well under a second; one that takes this long is blocked. */
const LONGEST_SECONDS = 60;

/** Packages of this tapctl, used by checkouts without installed dependencies. */
const PACKAGES = [packageFile("node_modules"), dirname(PACKAGE_ROOT)];

/**
 * Reads the array of a checkout in a separate process, because two checkouts contain two versions
 * of the same modules, and because the array is code: it could interfere with the other checkout,
 * exit, or never finish.
 *
 * @param folder folder of the checkout, which must contain `pipelines/index.ts`; parent folders
 *   are not searched, because they might be another checkout.
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
    return `loading its array was killed or took longer than ${LONGEST_SECONDS} s`;
  const said = complaint
    .split("\n")
    .find((line) => /error/i.test(line))
    ?.trim();
  return `its array ended the process with ${end ?? "no exit code"}${said === undefined ? "" : `: ${said}`}`;
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
