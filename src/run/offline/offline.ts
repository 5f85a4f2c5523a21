import { UserError } from "../../common/errors";
import type { JsonObject } from "../../model/connector-settings";
import type { Replication } from "../../model/replication";

/** Settings that point a tap to the bundled sample source. */
const ADDRESS: { readonly [tap: string]: (url: string) => JsonObject } = {
  "tap-rest-api-msdk": (url) => ({ api_url: url }),
  "tap-exchangeratesapi": (url) => ({ base_url: `${url}/v1/` }),
};

/**
 * Settings that point the tap of a pipeline to the bundled sample source.
 *
 * @param url URL of the sample source, without a trailing slash
 * @throws UserError for a tap that it does not support
 */
export function standInSettings(entry: Replication, url: string): JsonObject {
  const address = ADDRESS[entry.tap.connector.name];
  if (!address)
    throw new UserError(
      `"${entry.name}": --offline supports ${Object.keys(ADDRESS).join(" and ")}, not ${entry.tap.connector.name}.`,
      { fix: "Run it without --offline." },
    );
  return address(url);
}
