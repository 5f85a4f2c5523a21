import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { connectTo, type Connection } from "./connection";

/** Where Kubernetes mounts the token of a pod's ServiceAccount. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Connects a pod to the API of its own cluster and namespace.
 *
 * @param token bearer token of a person. Default: the one of the pod's ServiceAccount, which is
 *   renewed.
 * @throws UserError outside of a cluster.
 */
export function connectInside(token?: string, account = ACCOUNT): Promise<Connection> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = process.env;
  if (host === undefined)
    throw new UserError("This program runs in a pod: KUBERNETES_SERVICE_HOST is not set.", {
      fix: ({ tapctl }) => `Start the console of this machine with: ${tapctl("ui")}`,
    });
  const address = host.includes(":") ? `[${host}]` : host;
  return connectTo({
    context: "in-cluster",
    namespace: readFileSync(join(account, "namespace"), "utf8").trim(),
    cluster: { server: `https://${address}:${port}`, "certificate-authority": "ca.crt" },
    user: token === undefined ? { tokenFile: "token" } : { token },
    folders: { cluster: account, user: account },
  });
}
