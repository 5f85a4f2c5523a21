import { unexpanded } from "../../model/validation/byte-for-byte";
import type { ClusterSettings } from "./cluster-settings";
import type { EnvVar } from "./types";

/** Hosts inside the cluster, which an outside proxy cannot reach. */
const INSIDE = ["localhost", "127.0.0.1", ".svc", ".cluster.local"];

/**
 * Environment variables for the cluster's proxies; empty without proxies. Each variable is set in
 * uppercase and lowercase, because programs read one or the other.
 */
export function proxyEnvironment({ proxy }: Pick<ClusterSettings, "proxy">): EnvVar[] {
  if (proxy?.http === undefined && proxy?.https === undefined) return [];
  const values = {
    HTTP_PROXY: proxy.http,
    HTTPS_PROXY: proxy.https,
    NO_PROXY: [...INSIDE, ...(proxy.none ?? [])].join(),
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [name, name.toLowerCase()].map((one) => ({ name: one, value: unexpanded(value) })),
  );
}
