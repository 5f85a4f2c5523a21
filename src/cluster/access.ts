import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { resolve } from "node:path";
import { UserError } from "../common/errors";
import { kubeconfigFiles, type ChosenContext, type Fields } from "./kubeconfig";

/**
 * Authentication of requests: the part of the library's `KubeConfig` that its port-forward uses.
 */
export interface Access {
  getCurrentCluster(): { readonly server: string } | null;
  /** Adds certificates, headers and the agent to the options of a request. */
  applyToHTTPSOptions(options: https.RequestOptions): Promise<void>;
}

/** User fields of a kubeconfig that need only files; the library handles all others. */
const PLAIN_USER = new Set([
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
  "username",
  "password",
]);
const PLAIN_CLUSTER = new Set([
  "server",
  "certificate-authority",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
  "tls-server-name",
  "extensions",
  "disable-compression",
]);

/**
 * Prepares access for a context. Certificates, tokens and passwords are read here. Exec plugins,
 * logins and proxies are left to @kubernetes/client-node, whose 800 modules take longer to load
 * than most commands run.
 */
export async function accessOf(chosen: ChosenContext): Promise<Access> {
  const isPlain =
    Object.keys(chosen.user).every((name) => PLAIN_USER.has(name)) &&
    Object.keys(chosen.cluster).every((name) => PLAIN_CLUSTER.has(name));
  return isPlain ? plainAccess(chosen) : libraryAccess(chosen);
}

function plainAccess({ cluster, user, folders }: ChosenContext): Access {
  const server = String(cluster["server"]);
  const ca = fileOrData(cluster, "certificate-authority", folders.cluster);
  const cert = fileOrData(user, "client-certificate", folders.user);
  const key = fileOrData(user, "client-key", folders.user);
  const servername = cluster["tls-server-name"];
  const tls = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(typeof servername === "string" && { servername }),
    ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
  };
  const agent = server.startsWith("http:")
    ? new http.Agent({ keepAlive: true })
    : new https.Agent({ ...tls, keepAlive: true });
  return {
    getCurrentCluster: () => ({ server }),
    applyToHTTPSOptions: (options) => {
      const token = tokenOf(user, folders.user);
      Object.assign(options, {
        ...tls,
        agent,
        headers: {
          ...options.headers,
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        },
      });
      const { username, password } = user;
      if (typeof username === "string")
        options.auth = `${username}:${typeof password === "string" ? password : ""}`;
      return Promise.resolve();
    },
  };
}

async function libraryAccess({ context }: ChosenContext): Promise<Access> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
    config.setCurrentContext(context);
  } catch (error) {
    throw new UserError(
      `${kubeconfigFiles().join(", ")}: is not a valid kubeconfig: ${(error as Error).message.split("\n")[0]}`,
      { fix: "Fix the file, or set KUBECONFIG to another one." },
    );
  }
  return config;
}

function tokenOf(user: Fields, folder: string): string | undefined {
  const { token, tokenFile } = user;
  if (typeof tokenFile === "string")
    return read(resolve(folder, tokenFile)).toString("utf8").trim();
  return typeof token === "string" && token !== "" ? token : undefined;
}

function fileOrData(fields: Fields, name: string, folder: string): Buffer | undefined {
  const [data, file] = [fields[`${name}-data`], fields[name]];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64");
  return typeof file === "string" && file !== "" ? read(resolve(folder, file)) : undefined;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(
      `${file}, which the kubeconfig refers to, cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check the path and its permissions." },
    );
  }
}
