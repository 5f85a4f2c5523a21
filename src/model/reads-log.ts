import { isFields } from "./validation/checks";
import { settingsOf } from "./connector";
import type { Replication } from "./replication";
import { streamRulesOf } from "./stream-rules";

const LOG_BASED = "LOG_BASED";

/** Whether a pipeline reads the log of a database for at least one stream, according to the array. */
export function readsLog(entry: Replication): boolean {
  const settings: unknown = settingsOf(entry.tap);
  return (
    (streamRulesOf(entry) ?? []).some(({ replicationMethod }) => replicationMethod === LOG_BASED) ||
    (isFields(settings) && settings["default_replication_method"] === LOG_BASED)
  );
}
