import type { KubernetesSecretKey } from "../model/connector-settings";
import type { Connection } from "./connection";
import { SECRETS } from "./resources";

/**
 * Text of a key of a Secret in the namespace of the pipelines; undefined if the Secret does not have
 * the key.
 *
 * @throws ApiError if the Secret does not exist or access is denied.
 */
export async function readSecretKey(
  connection: Connection,
  { name, key }: KubernetesSecretKey,
): Promise<string | undefined> {
  const { namespace } = connection;
  const { data } = await connection.ask<{ readonly data?: { readonly [key: string]: string } }>({
    resource: SECRETS,
    namespace,
    name,
  });
  const value = data?.[key];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
}
