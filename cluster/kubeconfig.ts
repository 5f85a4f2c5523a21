import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { UserError } from "../errors";

/**
 * The kubeconfig that kubectl would read, with a context chosen.
 *
 * The library is loaded here and nowhere else at the start, because it is large, and only its part for kubeconfigs,
 * because the rest is larger.
 *
 * @throws UserError where there is none, where it cannot be read, or where it has no such context.
 */
export async function loadKubeconfig(context: string | undefined): Promise<KubeConfig> {
  const files = (process.env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  const sources = files.length > 0 ? files : [join(homedir(), ".kube", "config")];
  const inCluster = files.length === 0 && existsSync("/var/run/secrets/kubernetes.io/serviceaccount/token");
  const missing = sources.filter((file) => !existsSync(file));
  if (missing.length === sources.length && !inCluster) throw new UserError(`no kubeconfig: ${missing.join(", ")} is not there; set KUBECONFIG, or work on this machine: --on local`);
  const { KubeConfig: Config } = await import("@kubernetes/client-node/dist/config.js");
  const config = new Config();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new UserError(`${sources.join(delimiter)}: no kubeconfig: ${(error as Error).message.split("\n")[0]}`);
  }
  return choose(config, context, sources.join(delimiter));
}

function choose(config: KubeConfig, context: string | undefined, source: string): KubeConfig {
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !names.includes(context)) throw new UserError(`${source}: no context is called "${context}"; there are: ${names.join(", ") || "none"}`);
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getContextObject(config.getCurrentContext()) === null) throw new UserError(`${source}: no context is chosen; choose one: --context NAME, of ${names.join(", ") || "none"}`);
  if (config.getCurrentCluster() === null) throw new UserError(`${source}: the cluster of context "${config.getCurrentContext()}" is not there`);
  return config;
}
