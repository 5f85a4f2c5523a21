import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_NAMESPACE, DEFAULT_STACK } from "../common/commands";
import { configIn } from "./stack-file";

/** Where a stack's pipelines run. */
export interface StackPlace {
  /** Kubeconfig context. */
  readonly context: string;
  /** Default: `pipelines`. */
  readonly namespace?: string | undefined;
}

interface Candidate {
  readonly stack: string;
  readonly namespace: string;
  /** Undefined if the files of the stack do not set it. */
  readonly context: string | undefined;
}

/**
 * Finds the stack of a project that deploys to a place, from files only: `Pulumi.NAME.yaml`, and
 * the copy below `.tapctl` in which `tapctl up` records the context that it used.
 *
 * @param root folder of the project.
 * @returns the default stack if the project has no stack file; undefined if the files are
 *   ambiguous.
 */
export function findStack(
  root: string,
  { context, namespace = DEFAULT_NAMESPACE }: StackPlace,
): string | undefined {
  const candidates = stacksOf(root).map((stack) => candidate(root, stack));
  if (candidates.length === 0) return DEFAULT_STACK;
  const here = candidates.filter((one) => one.namespace === namespace);
  const named = here.filter((one) => one.context === context);
  return onlyOne(named.length > 0 ? named : here.filter((one) => one.context === undefined));
}

function onlyOne(candidates: readonly Candidate[]): string | undefined {
  return candidates.length === 1 ? candidates[0]?.stack : undefined;
}

function candidate(root: string, stack: string): Candidate {
  const file = `Pulumi.${stack}.yaml`;
  const config = [join(root, ".tapctl", file), join(root, file)].reduce(
    (all, path) => (existsSync(path) ? { ...all, ...configIn(path) } : all),
    {} as { readonly [key: string]: unknown },
  );
  const text = (key: string): string | undefined => {
    const value = config[`tapctl:${key}`];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return { stack, namespace: text("namespace") ?? DEFAULT_NAMESPACE, context: text("context") };
}

function stacksOf(root: string): readonly string[] {
  const names = [root, join(root, ".tapctl")].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder) : [],
  );
  return [...new Set(names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []))].sort();
}
