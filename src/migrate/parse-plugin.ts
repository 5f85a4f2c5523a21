import type { Json, JsonObject } from "../model/connector-settings";
import type { Plugin, PluginCommand, PluginKind, PluginSetting } from "./project";
import { list, objectOf, strings, textOf, texts } from "./yaml-values";

const PLUGIN_FIELDS = new Set(
  "name inherit_from variant pip_url executable namespace config settings capabilities commands env select metadata load_schema label description docs repo logo_url hidden annotations settings_group_validation requires keywords maintenance_status quality domain_url definition usage next_steps settings_preamble python".split(
    " ",
  ),
);

/** Creates a plugin from a plain object, e.g. a lock file. */
export function pluginFrom(kind: PluginKind, place: string, fields: JsonObject): Plugin {
  const config = objectOf(fields["config"]);
  const extra = (name: string): Json | undefined => fields[name] ?? config[`_${name}`];
  const optional = {
    inheritFrom: fields["inherit_from"],
    variant: fields["variant"],
    pipUrl: fields["pip_url"],
    executable: fields["executable"],
    namespace: fields["namespace"],
    loadSchema: extra("load_schema"),
  };
  const select = extra("select");
  return {
    kind,
    name: textOf(fields["name"]) ?? "",
    place,
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([name, value]) =>
        textOf(value) === undefined ? [] : [[name, textOf(value)]],
      ),
    ),
    config: Object.fromEntries(
      Object.entries(config).filter(([name, value]) => !name.startsWith("_") && value !== null),
    ),
    settings: list(fields["settings"])
      .map(settingOf)
      .filter(({ name }) => name !== ""),
    capabilities: strings(fields["capabilities"]),
    commands: Object.fromEntries(
      Object.entries(objectOf(fields["commands"])).map(([name, command]) => [
        name,
        commandOf(command),
      ]),
    ),
    env: texts(fields["env"]),
    ...(select !== undefined && { select: strings(select) }),
    metadata: Object.fromEntries(
      Object.entries(objectOf(extra("metadata"))).map(([stream, value]) => [
        stream,
        objectOf(value),
      ]),
    ),
    others: [
      ...Object.keys(fields).filter((name) => !PLUGIN_FIELDS.has(name)),
      ...Object.keys(config).filter(
        (name) => name.startsWith("_") && !PLUGIN_FIELDS.has(name.slice(1)),
      ),
    ],
  };
}

function settingOf(value: Json): PluginSetting {
  const { name, kind, sensitive, value: given } = objectOf(value);
  return {
    name: textOf(name) ?? "",
    ...(typeof kind === "string" && { kind }),
    ...(sensitive === true && { sensitive }),
    ...(given !== undefined && given !== null && { value: given }),
  };
}

function commandOf(value: Json): PluginCommand {
  if (typeof value === "string") return { args: value };
  const { args, container_spec: spec } = objectOf(value);
  const { image, command, env } = objectOf(spec);
  return {
    args: textOf(args) ?? "",
    ...(typeof image === "string" && {
      container: { image, ...(typeof command === "string" && { command }), env: texts(env) },
    }),
  };
}
