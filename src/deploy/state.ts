import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { askEngine, type Engine } from "./pulumi";

/** A resource in the stack's state. */
export interface RecordedResource {
  /** Its unique name in Pulumi. */
  readonly urn: string;
  /** Type, e.g. `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /** Its id at the provider, e.g. `minio/minio-root`; components have none. */
  readonly id?: string;
  /** URN of its parent component. */
  readonly parent?: string;
  /** URNs of the resources it depends on. */
  readonly dependencies?: readonly string[];
  /** Inputs from the program; secrets are encrypted. */
  readonly inputs?: { readonly [name: string]: unknown };
  /** Outputs from the provider; secrets are encrypted. */
  readonly outputs?: { readonly [name: string]: unknown };
}

/** An operation that was pending when Pulumi was killed. */
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
 * Reads the state of the stack through a file, because the state of thousands of pipelines exceeds
 * a pipe's buffer. Secrets stay encrypted.
 *
 * @throws UserError if Pulumi cannot export it.
 */
export function readState(engine: Engine): StackState {
  return withFile((file) => {
    transferState(engine, "export", file);
    return JSON.parse(readFileSync(file, "utf8")) as StackState;
  });
}

/** Replaces the state of the stack. @throws UserError if Pulumi rejects it. */
export function writeState(engine: Engine, state: StackState): void {
  withFile((file) => {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    transferState(engine, "import", file);
  });
}

function transferState(engine: Engine, direction: "export" | "import", file: string): void {
  const flags = ["--stack", engine.name, "--file", file];
  const { ok, error } = askEngine(engine, ["stack", direction, ...flags]);
  if (ok) return;
  const what = direction === "export" ? "read" : "repair";
  throw new UserError(`Cannot ${what} the state of the stack "${engine.name}": ${error}`, {
    fix: "Fix that error, then run this command again.",
    exitCode: 1,
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
