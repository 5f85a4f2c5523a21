import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { askEngine, type Engine } from "./pulumi";

/** A resource in the stack's state. */
export interface RecordedResource {
  /** Its unique name in the engine. */
  readonly urn: string;
  /** Type, such as `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /** Its name at the provider, such as `minio/minio-root`; a component has none. */
  readonly id?: string;
  /** URN of the component that it is a part of. */
  readonly parent?: string;
  /** URNs of what it was made after. */
  readonly dependencies?: readonly string[];
  /** What the program asked for; secrets are encrypted. */
  readonly inputs?: { readonly [name: string]: unknown };
  /** What the provider returned; secrets are encrypted. */
  readonly outputs?: { readonly [name: string]: unknown };
}

/** An operation whose result the engine could not save before it was killed. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
  readonly resource: RecordedResource;
}

/** The state of a stack, as `pulumi stack export` writes it. */
export interface StackState {
  readonly version?: number;
  readonly deployment: {
    readonly resources?: readonly RecordedResource[];
    readonly pending_operations?: readonly PendingOperation[];
  };
}

/** A resource's own name, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** The resources in a state. */
export function resourcesOf({ deployment }: StackState): readonly RecordedResource[] {
  return deployment.resources ?? [];
}

/** Names of the namespaces among resources of a state. */
export function namespacesIn(resources: readonly RecordedResource[]): readonly string[] {
  return resources.flatMap(({ type, id }) =>
    type === "kubernetes:core/v1:Namespace" && id !== undefined ? [id] : [],
  );
}

/**
 * Reads the state of the stack. It goes through a file because a pipe's buffer does not hold that of thousands of
 * pipelines; its secrets stay encrypted.
 *
 * @throws UserError if the engine cannot export it.
 */
export function readState(engine: Engine): StackState {
  return withFile((file) => {
    const { ok, error } = askEngine(engine, [
      "stack",
      "export",
      "--stack",
      engine.name,
      "--file",
      file,
    ]);
    if (!ok)
      throw new UserError(`the state of the stack "${engine.name}" cannot be read: ${error}`, 1);
    return JSON.parse(readFileSync(file, "utf8")) as StackState;
  });
}

/** Replaces the state of the stack. @throws UserError if the engine refuses it. */
export function writeState(engine: Engine, state: StackState): void {
  withFile((file) => {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    const { ok, error } = askEngine(engine, [
      "stack",
      "import",
      "--stack",
      engine.name,
      "--file",
      file,
    ]);
    if (!ok)
      throw new UserError(
        `the state of the stack "${engine.name}" cannot be repaired: ${error}`,
        1,
      );
  });
}

function withFile<T>(use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-state-"));
  try {
    return use(join(folder, "state.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
