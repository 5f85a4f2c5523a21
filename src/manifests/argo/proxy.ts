import { unexpanded } from "../../model/validation/byte-for-byte";
import type { ClusterSettings } from "./cluster-settings";
import type { EnvVar } from "./types";

/** Hosts of the cluster itself, which no proxy outside it can reach. */
const INSIDE = ["localhost", "127.0.0.1", ".svc", ".cluster.local"];

/**
 * Environment of a container that reaches the world through the proxies of the cluster; empty where there are none.
 * Each variable is there in upper and in lower case, because programs differ in which one they read.
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
