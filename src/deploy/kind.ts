import { UserError } from "../common/errors";
import { capture, show } from "../common/command";
import { consents } from "./consent";

const NAME = "tapctl";
const REGISTRY = "tapctl-registry";

/** kind's own way to a local registry: nodes look for configuration of registries in a folder. */
const CLUSTER = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
containerdConfigPatches:
  - |-
    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/etc/containerd/certs.d"
`;

/**
 * Offers a cluster in Docker with a registry at localhost:5000; its context.
 *
 * @throws UserError where there is no Docker engine or no `kind`, or the user does not want it.
 */
export async function offerKind(yes: boolean): Promise<string> {
  const none = "the kubeconfig names no cluster";
  if (!capture("docker", ["version", "--format", "{{.Server.Version}}"]).ok)
    throw new UserError(
      `${none}, and there is no Docker engine to make one in; set KUBECONFIG, or start Docker`,
    );
  if (!capture("kind", ["version"]).ok)
    throw new UserError(
      `${none}; with \`kind\` on PATH (https://kind.sigs.k8s.io) one would be made in Docker`,
    );
  if (
    !(await consents(
      `${none}. Make one in Docker with kind, and a registry at localhost:5000?`,
      yes,
    ))
  )
    throw new UserError(`${none}; --yes makes one in Docker with kind`);
  await startRegistry();
  const made = capture("kind", ["create", "cluster", "--name", NAME, "--config", "-"], {
    input: CLUSTER,
  });
  if (!made.ok)
    throw new UserError(`kind could not make a cluster: ${made.error.split("\n").at(-1)}`, 1);
  if (inspectRegistry("{{json .NetworkSettings.Networks.kind}}") === "null")
    await must("docker", ["network", "connect", "kind", REGISTRY]);
  for (const node of capture("kind", ["get", "nodes", "--name", NAME]).output.split("\n")) {
    const folder = "/etc/containerd/certs.d/localhost:5000";
    await must("docker", ["exec", node, "mkdir", "-p", folder]);
    await must("docker", [
      "exec",
      node,
      "sh",
      "-c",
      `printf '[host."http://${REGISTRY}:5000"]\\n' > ${folder}/hosts.toml`,
    ]);
  }
  return `kind-${NAME}`;
}

/** Removes the cluster and the registry of {@link offerKind}, each where it is there, if the user agrees. */
export async function removeKind(yes: boolean): Promise<void> {
  const cluster = capture("kind", ["get", "clusters"]).output.split("\n").includes(NAME);
  // Without a cluster where none came up.
  const registry = inspectRegistry("{{.Name}}") !== undefined;
  if (!cluster && !registry) return;
  const what = [
    ...(cluster ? [`the kind cluster "${NAME}"`] : []),
    ...(registry ? [`the registry in Docker, "${REGISTRY}",`] : []),
  ].join(" and ");
  if (!(await consents(`Remove ${what} too?`, yes))) return;
  if (cluster) await must("kind", ["delete", "cluster", "--name", NAME]);
  if (registry) await must("docker", ["rm", "-f", REGISTRY]);
}

/** Starts the registry, or the one that an attempt before has left. */
async function startRegistry(): Promise<void> {
  const running = inspectRegistry("{{.State.Running}}");
  if (running === undefined)
    await must("docker", [
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
  else if (running !== "true") await must("docker", ["start", REGISTRY]);
}

/** What Docker says of the registry; undefined where it is not there. */
function inspectRegistry(format: string): string | undefined {
  const { ok, output } = capture("docker", ["container", "inspect", "--format", format, REGISTRY]);
  return ok ? output : undefined;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const code = await show(program, args);
  if (code !== 0)
    throw new UserError(`${program} ${args.slice(0, 2).join(" ")} ended with ${code}`, 1);
}
