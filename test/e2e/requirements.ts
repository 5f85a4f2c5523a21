import { spawnSync } from "node:child_process";

/** The environment of the tests, from variables with defaults. */
export interface Surroundings {
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Registry that the images go to and pods pull from: `E2E_REGISTRY`. */
  readonly registry: string;
  /** Image with a shell that pods can pull, for follow-ups and jobs: `E2E_IMAGE`. */
  readonly image: string;
  /** Address of this machine as pods reach it: `E2E_HOST`. */
  readonly host: string;
  /** More configuration of the stack, JSON by key: `E2E_CONFIG`, such as `{"images":{"exec":true}}`. */
  readonly config: { readonly [key: string]: unknown };
}

/**
 * Checks for everything that the tests need.
 *
 * @throws Error that names everything that is missing.
 */
export async function surroundings(): Promise<Surroundings> {
  const context = output("kubectl", ["config", "current-context"]);
  const registry = process.env["E2E_REGISTRY"] ?? "localhost:5000";
  const image = process.env["E2E_IMAGE"] ?? "python:3.11-slim";
  const host =
    process.env["E2E_HOST"] ??
    output("kubectl", [
      "get",
      "nodes",
      "-o",
      `jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}`,
    ]);
  const missing = [
    output("pulumi", ["version"]) === undefined && "pulumi on PATH",
    output("docker", ["version", "--format", "{{.Server.Version}}"]) === undefined &&
      "a Docker engine that `docker version` reaches",
    context === undefined && "kubectl on PATH, with a current context",
    output("kubectl", ["get", "nodes", "-o", "name"]) === undefined &&
      "a cluster that `kubectl get nodes` reaches",
    !(await answers(`http://${registry}/v2/`)) &&
      `a registry that answers at http://${registry}/v2/ (E2E_REGISTRY)`,
    host === undefined && "this machine's address as pods reach it (E2E_HOST)",
  ].filter((one) => one !== false);
  if (missing.length > 0 || context === undefined || host === undefined)
    throw new Error(
      ["The end-to-end tests need what is not here:", ...missing.map((one) => `  - ${one}`)].join(
        "\n",
      ),
    );
  return {
    context,
    registry,
    image,
    host,
    config: JSON.parse(process.env["E2E_CONFIG"] ?? "{}") as Surroundings["config"],
  };
}

function output(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status < 500;
  } catch {
    return false;
  }
}
