import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { resolve } from "node:path";
import { UserError } from "../common/errors";
import { kubeconfigFiles, type ChosenContext, type Fields } from "./kubeconfig";

/** How requests prove who sends them: the part of the library's `KubeConfig` that its port-forward uses. */
export interface Access {
  getCurrentCluster(): { readonly server: string } | null;
  /** Puts certificates, headers and the agent into a request's options. */
  applyToHTTPSOptions(options: https.RequestOptions): Promise<void>;
}

/** What a user of a kubeconfig has that needs nothing but files: all else is the library's business. */
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
 * How a context is used. Certificates, tokens and passwords are read here; programs of clouds, logins and proxies are
 * left to @kubernetes/client-node, whose 800 modules take longer to load than most commands take.
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
      `${kubeconfigFiles().join(", ")}: is no kubeconfig: ${(error as Error).message.split("\n")[0]}`,
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
      `${file}, which the kubeconfig names, cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
