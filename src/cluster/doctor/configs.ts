import type { Commands } from "../../common/commands";
import { UserError } from "../../common/errors";
import { checkedConfig, putCommand } from "../../run/config-files";
import { isReplication, type PipelineEntry } from "../../model/define";
import {
  CONFIG_PARTS,
  listConfigs,
  missingParts,
  readConfig,
  type ConfigPart,
} from "../../store/configs";
import { configKey } from "../../store/keys";
import type { ObjectStore } from "../../store/object-store";
import { BUCKET_FIRST, ifKnown, type Check } from "./check";
import type { ConfigFact, ConfigProblem } from "./facts";
import { fail, ok } from "./finding";

/**
 * Checks the settings of a pipeline that reads them from the store; undefined for other pipelines.
 */
export async function configFact(
  store: ObjectStore,
  entry: PipelineEntry,
): Promise<ConfigFact | undefined> {
  if (!isReplication(entry) || entry.configFrom !== "store") return undefined;
  const { name: pipeline } = entry;
  const files = await listConfigs(store, pipeline);
  const parts = (Object.keys(CONFIG_PARTS) as readonly ConfigPart[]).filter((part) =>
    files.some(({ file }) => file === CONFIG_PARTS[part]),
  );
  const wrong = await Promise.all(parts.map((part) => problemOf(store, pipeline, part)));
  return {
    pipeline,
    problems: [...missingParts(files).map((part) => missing(pipeline, part)), ...wrong.flat()],
  };
}

function missing(pipeline: string, part: ConfigPart): ConfigProblem {
  return {
    what: `${configKey(pipeline, CONFIG_PARTS[part])} does not exist`,
    todo: (commands) => `store it with: ${putCommand(commands, pipeline, part)}`,
  };
}

async function problemOf(
  store: ObjectStore,
  pipeline: string,
  part: ConfigPart,
): Promise<readonly ConfigProblem[]> {
  const text = await readConfig(store, pipeline, CONFIG_PARTS[part]);
  try {
    if (text !== undefined)
      checkedConfig(part, configKey(pipeline, CONFIG_PARTS[part]), text.toString());
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: error.problem, todo: (commands) => correct(commands, pipeline, part) }];
  }
}

function correct(commands: Commands, pipeline: string, part: ConfigPart): string {
  const { tapctl } = commands;
  const get = tapctl(`config get ${pipeline} --out DIR`);
  const without =
    part === "catalog"
      ? `; or delete it, if the tap can discover its catalog: ${tapctl(`config remove ${pipeline} catalog`)}`
      : "";
  return `download it: ${get}; then store a corrected file: ${putCommand(commands, pipeline, part)}${without}`;
}

/** Are the settings in the store complete and readable? */
export const configsCheck: Check = ({ configs }) =>
  ifKnown(
    "settings",
    configs,
    (found) => {
      const problems = found.flatMap(({ pipeline, problems: wrong }) =>
        wrong.flatMap(({ what, todo }) => fail("settings", `${pipeline}: ${what}`, todo)),
      );
      return problems.length > 0
        ? problems
        : ok("settings", `${found.length} in the store, all valid`);
    },
    BUCKET_FIRST,
  );
