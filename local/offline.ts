import { UserError } from "../errors";
import type { JsonObject } from "../connectors/settings";
import type { Replication } from "../pipelines/replication";

/** What is set in a tap's config so that it asks the bundled stand-in instead of its real source. */
const ADDRESS: { readonly [tap: string]: (url: string) => JsonObject } = {
  "tap-rest-api-msdk": (url) => ({ api_url: url }),
  "tap-exchangeratesapi": (url) => ({ base_url: `${url}/v1/` }),
};

/**
 * The pipeline with the bundled stand-in for its source.
 *
 * @param url address of the stand-in, without a slash at the end
 * @throws UserError for a tap that it cannot answer
 */
export function withStandIn(entry: Replication, url: string): Replication {
  const address = ADDRESS[entry.tap.connector.name];
  if (!address) throw new UserError(`"${entry.name}": the bundled source answers ${Object.keys(ADDRESS).join(" and ")} alone, not ${entry.tap.connector.name}; run it without --offline`);
  return { ...entry, tap: { ...entry.tap, settings: { ...entry.tap.settings, ...address(url) } } };
}
