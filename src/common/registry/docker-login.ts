import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { capture } from "../command";
import { parseJson } from "../json";
import type { Login } from "./registry-token";

interface DockerConfig {
  readonly auths?: { readonly [host: string]: { readonly auth?: string } };
  readonly credHelpers?: { readonly [host: string]: string };
  readonly credsStore?: string;
}

/**
 * The login of the Docker client for a registry; undefined if it has none.
 * Source: docker/cli v29, cli/config/configfile/file.go; docker-credential-helpers, client.
 */
export function dockerLogin(host: string, env: NodeJS.ProcessEnv = process.env): Login | undefined {
  const { auths = {}, credHelpers = {}, credsStore } = readConfig(env);
  const key = dockerConfigKey(host);
  const helper = credHelpers[key] ?? credsStore;
  if (helper !== undefined) return loginOfHelper(helper, key, env);
  const [username, ...password] = Buffer.from(auths[key]?.auth ?? "", "base64")
    .toString("utf8")
    .split(":");
  return username ? { username, password: password.join(":") } : undefined;
}

/** The name of a registry in the configuration of the Docker client. */
export function dockerConfigKey(host: string): string {
  return host === "docker.io" ? "https://index.docker.io/v1/" : host;
}

function readConfig(env: NodeJS.ProcessEnv): DockerConfig {
  const folder = env["DOCKER_CONFIG"] || join(homedir(), ".docker");
  try {
    return parseJson(readFileSync(join(folder, "config.json"), "utf8")) as DockerConfig;
  } catch {
    return {};
  }
}

function loginOfHelper(helper: string, key: string, env: NodeJS.ProcessEnv): Login | undefined {
  const { ok, output } = capture(`docker-credential-${helper}`, ["get"], { env, input: key });
  if (!ok) return undefined;
  const { Username: username, Secret: password } = parseJson(output) as {
    readonly Username: string;
    readonly Secret: string;
  };
  return { username, password };
}
