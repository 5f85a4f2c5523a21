import {
  isSecretReference,
  kubernetesSecrets,
  type JsonObject,
  type KubernetesSecretKey,
  type KubernetesSecretReference,
  type SecretReference,
} from "../../model/connector-settings";
import type { ConnectorKind } from "../../model/connector";
import type { ContainerArgs, Resources } from "../../model/entry";
import type { Scheduling } from "../../model/scheduling";
import { unexpanded, untemplatedJson } from "../../model/validation/byte-for-byte";
import type { ClusterSettings } from "./cluster-settings";
import { secretKey } from "./names";

/*
 * Resources are quantities, and Argo takes no parameter in their place; a patch of the pod is text, and takes any. It
 * is applied before Argo wraps the command, so that it can set the command as well.
 * Source: argo-workflows v4.1.2, workflow/controller/workflowpod.go, 733-790.
 */

type Defaults = ClusterSettings["resources"];

/** What the patch of a connector's container depends on. */
export interface PatchedConnector {
  /** Resources of one instance. Default: those of the stack. */
  readonly resources?: Resources | undefined;
  /** Settings, whose existing Kubernetes Secrets the container sees. Default: none. */
  readonly settings?: JsonObject;
  /** Salt of masked values in an existing Kubernetes Secret. Default: none. */
  readonly maskSalt?: KubernetesSecretKey;
}

/** Where a container sees the values of existing Kubernetes Secrets, as files. */
const SECRETS_FOLDER = "/singer/secrets";

/** File of the salt there. Names of secrets are in lower case, so no other one has it. */
const SALT_FILE = "MASK_SALT";

/** Patch for a pod that runs `count` instances of a connector. */
export function connectorPatch(
  kind: ConnectorKind,
  connector: PatchedConnector,
  defaults: Defaults,
  count = 1,
): string {
  return patchOf(
    [connectorContainer("main", kind, connector, defaults, count)],
    secretVolumes(kind, connector),
  );
}

/** Patch for a pod that runs tap and target. */
export function streamPatch(
  { tap, target }: { readonly tap: PatchedConnector; readonly target: PatchedConnector },
  defaults: Defaults,
  count = 1,
): string {
  return patchOf(
    [
      connectorContainer("tap", "tap", tap, defaults, count),
      connectorContainer("target", "target", target, defaults, count),
    ],
    [...secretVolumes("tap", tap), ...secretVolumes("target", target)],
  );
}

/**
 * Patch of a notifier's pod with the existing Kubernetes Secrets that channels refer to; one that
 * changes nothing if they refer to none.
 */
export function channelsPatch(secrets: readonly KubernetesSecretReference[]): string {
  const sources = secrets.map(fileOf);
  if (sources.length === 0) return "{}";
  const mounts = secretMounts("channel", sources);
  return patchOf([{ name: "main", ...mounts }], secretsVolume("channel", sources));
}

function connectorContainer(
  name: string,
  kind: ConnectorKind,
  connector: PatchedConnector,
  defaults: Defaults,
  count: number,
): object {
  return {
    name,
    resources: requirements(connector.resources, defaults, count),
    ...secretMounts(kind, secretFiles(connector)),
  };
}

function secretVolumes(kind: ConnectorKind, connector: PatchedConnector): readonly object[] {
  return secretsVolume(kind, secretFiles(connector));
}

function secretFiles({ settings, maskSalt }: PatchedConnector): readonly object[] {
  return [
    ...kubernetesSecrets(settings).map(fileOf),
    ...(maskSalt ? [secretFile(SALT_FILE, maskSalt)] : []),
  ];
}

function fileOf({ $secret: name, kubernetes }: KubernetesSecretReference): object {
  return secretFile(name, kubernetes);
}

/** Optional: for a missing Secret, the runner's error is clearer than a pod that never starts. */
function secretFile(path: string, { name, key }: KubernetesSecretKey): object {
  return { secret: { name, optional: true, items: [{ key, path }] } };
}

function secretMounts(of: string, sources: readonly object[]): object {
  return sources.length === 0
    ? {}
    : { volumeMounts: [{ name: `${of}-secrets`, mountPath: SECRETS_FOLDER, readOnly: true }] };
}

function secretsVolume(of: string, sources: readonly object[]): readonly object[] {
  return sources.length === 0 ? [] : [{ name: `${of}-secrets`, projected: { sources } }];
}

/**
 * Patch with the command, environment and resources of a container, byte for byte.
 *
 * @param secret name of the pipeline's Secret, which holds the secrets of the environment.
 */
export function containerPatch(args: ContainerArgs, secret: string, defaults: Defaults): string {
  const [program = "", ...rest] = args.command.map(unexpanded);
  const env = Object.entries(args.env ?? {}).map(([name, value]) =>
    isSecretReference(value)
      ? { name, valueFrom: { secretKeyRef: secretKeyOf(value, secret) } }
      : { name, value: unexpanded(value) },
  );
  return patchOf([
    {
      name: "main",
      command: [program],
      args: rest,
      ...(env.length > 0 && { env }),
      resources: requirements(args.resources, defaults),
      ...(args.runAsUser !== undefined && { securityContext: { runAsUser: args.runAsUser } }),
    },
  ]);
}

/**
 * Patch of every pod of a run that places it. Argo has fields of its own for some of these, but merges those of a
 * Workflow into those of its template: a node selector of the stack could not be replaced.
 *
 * @param labels labels of the pods that are spread over nodes or zones.
 * @returns undefined if nothing is set.
 */
export function placementPatch(
  { nodeSelector, tolerations, affinity, topologySpread, priorityClass, runtimeClass }: Scheduling,
  labels: ClusterSettings["labels"],
): string | undefined {
  const spec = {
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
    ...(topologySpread && {
      topologySpreadConstraints: topologySpread.map(
        ({ topologyKey, maxSkew = 1, whenUnsatisfiable = "ScheduleAnyway" }) => ({
          topologyKey,
          maxSkew,
          whenUnsatisfiable,
          labelSelector: { matchLabels: labels },
        }),
      ),
    }),
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
    ...(runtimeClass !== undefined && { runtimeClassName: runtimeClass }),
  };
  return Object.keys(spec).length === 0 ? undefined : untemplatedJson(spec);
}

function requirements(given: Resources | undefined, defaults: Defaults, count = 1) {
  const memory = times(given?.memory ?? defaults.memory, count);
  const disk = given?.ephemeralStorage ?? defaults.ephemeralStorage;
  return {
    requests: {
      cpu: times(given?.cpu ?? defaults.cpu, count),
      memory,
      ...(disk !== undefined && { "ephemeral-storage": times(disk, count) }),
    },
    limits: { memory, ...(given?.cpuLimit !== undefined && { cpu: times(given.cpuLimit, count) }) },
  };
}

/** A quantity multiplied by a number, in its own unit. */
function times(quantity: string | number, count: number): string {
  if (count === 1) return String(quantity);
  const [, number, unit = ""] = /^([\d.]+)(.*)$/.exec(String(quantity)) ?? [];
  return `${Math.round(Number(number) * count * 1000) / 1000}${unit}`;
}

function patchOf(containers: readonly object[], volumes: readonly object[] = []): string {
  return untemplatedJson({ containers, ...(volumes.length > 0 && { volumes }) });
}

/** Key of the Secret with a value for an environment: an existing one, or the pipeline's. */
function secretKeyOf(
  { $secret: name, kubernetes }: SecretReference,
  pipelineSecret: string,
): KubernetesSecretKey {
  return kubernetes ?? { name: pipelineSecret, key: secretKey(name) };
}
