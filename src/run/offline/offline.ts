import { UserError } from "../../common/errors";
import type { JsonObject } from "../../model/connector-settings";
import type { Replication } from "../../model/replication";

/** What is set in a tap's config so that it asks the bundled stand-in instead of its real source. */
const ADDRESS: { readonly [tap: string]: (url: string) => JsonObject } = {
  "tap-rest-api-msdk": (url) => ({ api_url: url }),
  "tap-exchangeratesapi": (url) => ({ base_url: `${url}/v1/` }),
};

/**
 * Settings by which a pipeline's tap asks the bundled stand-in instead of its source.
 *
 * @param url address of the stand-in, without a slash at the end
 * @throws UserError for a tap that it cannot answer
 */
export function standInSettings(entry: Replication, url: string): JsonObject {
  const address = ADDRESS[entry.tap.connector.name];
  if (!address)
    throw new UserError(
      `"${entry.name}": the bundled source answers ${Object.keys(ADDRESS).join(" and ")} alone, not ${entry.tap.connector.name}; run it without --offline`,
    );
  return address(url);
}
