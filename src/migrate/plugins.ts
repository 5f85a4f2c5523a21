import type { JsonObject } from "../model/connector-settings";
import type { Environment, MeltanoProject, Plugin, PluginKind, Surroundings } from "./project";

/** A plugin with inherited fields and changes of the environment. */
export type ResolvedPlugin = Plugin;

/** Looks up resolved plugins. */
export interface Plugins {
  /** The plugin with a name; undefined if it does not exist. */
  find(name: string): ResolvedPlugin | undefined;
  /** All plugins of a kind, in file order. */
  all(kind: PluginKind): readonly ResolvedPlugin[];
}

/**
 * Resolves inheritance, lock files and the environment, which overrides the plugin's own fields.
 */
export function resolvePlugins(
  project: MeltanoProject,
  environment: Environment | undefined,
  { locks }: Surroundings,
): Plugins {
  const changes = environment?.plugins ?? [];
  const resolve = (plugin: Plugin, heirs: readonly string[]): ResolvedPlugin => {
    const parent =
      plugin.inheritFrom === undefined || heirs.includes(plugin.inheritFrom)
        ? undefined
        : project.plugins.find(
            ({ kind, name }) => kind === plugin.kind && name === plugin.inheritFrom,
          );
    const base = parent
      ? inheritable(resolve(parent, [...heirs, plugin.name]))
      : (locks[`${plugin.kind} ${plugin.inheritFrom ?? plugin.name}`] ?? {});
    const own = merge(base, plugin);
    const change = changes.find(({ kind, name }) => kind === plugin.kind && name === plugin.name);
    return change ? { ...merge(own, change), place: plugin.place } : own;
  };
  const resolved = project.plugins.map((plugin) => resolve(plugin, []));
  return {
    find: (name) => resolved.find((plugin) => plugin.name === name),
    all: (kind) => resolved.filter((plugin) => plugin.kind === kind),
  };
}

/** The name of the plugin that defines the package, at the end of the inheritance chain. */
export function rootName(plugin: Plugin, project: MeltanoProject): string {
  const seen = new Set([plugin.name]);
  let name = plugin.inheritFrom ?? plugin.name;
  for (;;) {
    const parent = project.plugins.find((one) => one.kind === plugin.kind && one.name === name);
    if (parent?.inheritFrom === undefined || seen.has(parent.name)) return name;
    seen.add(parent.name);
    name = parent.inheritFrom;
  }
}

/**
 * Merges settings and metadata individually and replaces lists of patterns, like Meltano's
 * inheritance.
 */
function merge(base: Partial<Plugin>, over: Plugin): Plugin {
  return {
    ...base,
    ...over,
    config: { ...base.config, ...over.config },
    settings: over.settings.length > 0 ? over.settings : (base.settings ?? []),
    capabilities: over.capabilities.length > 0 ? over.capabilities : (base.capabilities ?? []),
    commands: { ...base.commands, ...over.commands },
    env: { ...base.env, ...over.env },
    metadata: mergeMetadata(base.metadata ?? {}, over.metadata),
    others: [...new Set([...(base.others ?? []), ...over.others])],
  };
}

function mergeMetadata(base: Plugin["metadata"], over: Plugin["metadata"]): Plugin["metadata"] {
  const streams = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    streams.map((stream): readonly [string, JsonObject] => [
      stream,
      { ...base[stream], ...over[stream] },
    ]),
  );
}

/** The fields that are inherited. */
function inheritable(plugin: Plugin): Partial<Plugin> {
  return Object.fromEntries(
    Object.entries(plugin).filter(([field]) => field !== "inheritFrom" && field !== "place"),
  );
}
