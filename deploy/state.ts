import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors";
import { askEngine, type Engine } from "./pulumi";

/** A resource as the stack's state has it. */
export interface RecordedResource {
  /** What the engine calls it. */
  readonly urn: string;
  /** Type, such as `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /** What its provider calls it, such as `minio/minio-root`; a component has none. */
  readonly id?: string;
  /** What it gives; secrets are encrypted. */
  readonly outputs?: { readonly [name: string]: unknown };
}

/** A resource's own name, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** The resources that the stack's state has. */
export function recordedResources(engine: Engine): readonly RecordedResource[] {
  const { name } = engine;
  // By a file, because the state of some thousand pipelines is larger than what a pipe is read for; its secrets stay encrypted.
  const folder = mkdtempSync(join(tmpdir(), "tapctl-state-"));
  try {
    const file = join(folder, "state.json");
    const { ok, error } = askEngine(engine, ["stack", "export", "--stack", name, "--file", file]);
    if (!ok) throw new UserError(`the state of the stack "${name}" cannot be read: ${error}`, 1);
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as { readonly deployment: { readonly resources?: readonly RecordedResource[] } };
    return deployment.resources ?? [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
