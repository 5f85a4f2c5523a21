import { UserError } from "../common/errors";
import { capture, show } from "../common/command";
import { consents } from "./consent";

const NAME = "tapctl";
const REGISTRY = "tapctl-registry";

/**
 * kind's documented setup for a local registry: nodes read registry configuration from a folder.
 */
const CLUSTER = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
containerdConfigPatches:
  - |-
    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/etc/containerd/certs.d"
`;

/**
 * Offers to create a cluster in Docker with a registry at localhost:5000; returns its context.
 *
 * @throws UserError if Docker or `kind` is missing, or the user declines.
 */
export async function offerKind(yes: boolean): Promise<string> {
  const none = "The kubeconfig has no cluster";
  if (!capture("docker", ["version", "--format", "{{.Server.Version}}"]).ok)
    throw new UserError(`${none}, and Docker is not running, so none can be created.`, {
      fix: "Set KUBECONFIG, or start Docker.",
    });
  if (!capture("kind", ["version"]).ok)
    throw new UserError(`${none}.`, {
      fix: "Set KUBECONFIG, or install kind to create a cluster in Docker: https://kind.sigs.k8s.io",
    });
  if (
    !(await consents(
      `${none}. Create one in Docker with kind, and a registry at localhost:5000?`,
      yes,
    ))
  )
    throw new UserError(`${none}.`, {
      fix: "Set KUBECONFIG, or use --yes to create a cluster in Docker with kind.",
    });
  await startRegistry();
  const made = capture("kind", ["create", "cluster", "--name", NAME, "--config", "-"], {
    input: CLUSTER,
  });
  if (!made.ok)
    throw new UserError(`kind could not create a cluster: ${made.error.split("\n").at(-1)}`, {
      fix: "Check Docker, then run this command again.",
      exitCode: 1,
    });
  if (inspectRegistry("{{json .NetworkSettings.Networks.kind}}") === "null")
    await runOrThrow("docker", ["network", "connect", "kind", REGISTRY]);
  for (const node of capture("kind", ["get", "nodes", "--name", NAME]).output.split("\n")) {
    const folder = "/etc/containerd/certs.d/localhost:5000";
    await runOrThrow("docker", ["exec", node, "mkdir", "-p", folder]);
    await runOrThrow("docker", [
      "exec",
      node,
      "sh",
      "-c",
      `printf '[host."http://${REGISTRY}:5000"]\\n' > ${folder}/hosts.toml`,
    ]);
  }
  return `kind-${NAME}`;
}

/** Removes the cluster and the registry of {@link offerKind} if they exist and the user agrees. */
export async function removeKind(yes: boolean): Promise<void> {
  const cluster = capture("kind", ["get", "clusters"]).output.split("\n").includes(NAME);
  // If creating the cluster failed, only the registry exists.
  const registry = inspectRegistry("{{.Name}}") !== undefined;
  if (!cluster && !registry) return;
  const what = [
    ...(cluster ? [`the kind cluster "${NAME}"`] : []),
    ...(registry ? [`the registry in Docker, "${REGISTRY}",`] : []),
  ].join(" and ");
  if (!(await consents(`Remove ${what} too?`, yes))) return;
  if (cluster) await runOrThrow("kind", ["delete", "cluster", "--name", NAME]);
  if (registry) await runOrThrow("docker", ["rm", "-f", REGISTRY]);
}

/** Starts the registry, or the existing one from an earlier attempt. */
async function startRegistry(): Promise<void> {
  const running = inspectRegistry("{{.State.Running}}");
  if (running === undefined)
    await runOrThrow("docker", [
      "run",
      "-d",
      "--restart=always",
      "-p",
      "127.0.0.1:5000:5000",
      "--network",
      "bridge",
      "--name",
      REGISTRY,
      "registry:2",
    ]);
  else if (running !== "true") await runOrThrow("docker", ["start", REGISTRY]);
}

/** Output of `docker inspect` for the registry; undefined if it does not exist. */
function inspectRegistry(format: string): string | undefined {
  const { ok, output } = capture("docker", ["container", "inspect", "--format", format, REGISTRY]);
  return ok ? output : undefined;
}

async function runOrThrow(program: string, args: readonly string[]): Promise<void> {
  const code = await show(program, args);
  if (code !== 0)
    throw new UserError(`${program} ${args.slice(0, 2).join(" ")} exited with ${code}.`, {
      fix: "Fix the error above, then run this command again.",
      exitCode: 1,
    });
}
