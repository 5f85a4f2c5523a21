import type { ArgoSettings } from "../../settings/argo";
import { executorContainer } from "../argo/security";
import { mergeValues, type Values } from "./values";

/** Name of Argo's Helm release. Helm recognizes its objects by it. */
export const ARGO_RELEASE = "argo-workflows";

/** Secret of the database that archives finished Workflows. */
export const ARCHIVE_SECRET = "workflow-archive";

/** The chart sets all else that the restricted Pod Security Standard requires. */
const SECCOMP = { seccompProfile: { type: "RuntimeDefault" } };

const DAY_SECONDS = 86_400;

/**
 * Uploads part by part, straight from the file. With more threads, the executor copies up to 2 GiB of
 * each file into memory, beyond its limit, because it takes the file's size for unknown. Source:
 * argo-workflows v4.1.2, workflow/artifacts/s3/s3.go, `PutFile`; minio-go v7.2.1,
 * `putObjectMultipartStreamParallel`.
 */
const UPLOAD_THREADS = { name: "ARTIFACT_S3_UPLOAD_THREADS", value: "1" };
const PORTS = { postgresql: 5432, mysql: 3306 } as const;

/** Options of the values that are not settings of the stack. */
export interface ArgoValuesOptions {
  /** Namespace of the pipelines. */
  readonly workflowNamespace: string;
}

/** Values of Argo's community chart. */
export function argoValues(
  settings: ArgoSettings,
  { workflowNamespace }: ArgoValuesOptions,
): Values {
  const image = { registry: settings.imageRegistry };
  const values = {
    images: { tag: settings.version, pullPolicy: "IfNotPresent" },
    // Kept on uninstall: deleting the CRDs deletes every Workflow of the cluster.
    crds: { install: true, keep: true, ...definitions(settings) },
    // The namespace of the pipelines has its own account with fewer permissions.
    workflow: { serviceAccount: { create: false }, rbac: { create: false } },
    controller: {
      image,
      podSecurityContext: SECCOMP,
      workflowNamespaces: [workflowNamespace],
      resources: requirements(settings.controllerResources),
      extraEnv: [
        { name: "DEFAULT_REQUEUE_TIME", value: `${settings.requeueSeconds}s` },
        ...memoryGoal(settings.controllerResources),
      ],
      extraArgs: [
        `--qps=${settings.requestsPerSecond}`,
        `--burst=${2 * settings.requestsPerSecond}`,
      ],
      parallelism: settings.parallelism,
      failedPodRestart: { enabled: settings.failedPodRestart },
      metricsConfig: { enabled: true, secure: false },
      workflowDefaults: {
        spec: {
          activeDeadlineSeconds: DAY_SECONDS,
          ttlStrategy: { secondsAfterSuccess: DAY_SECONDS, secondsAfterFailure: 7 * DAY_SECONDS },
          podGC: { strategy: "OnPodSuccess" },
          securityContext: SECCOMP,
        },
      },
      ...(settings.workflowArchive && { persistence: archive(settings.workflowArchive) }),
    },
    executor: {
      image,
      env: [UPLOAD_THREADS],
      resources: {
        requests: {
          cpu: settings.executorResources.cpu,
          memory: settings.executorResources.memory,
        },
        limits: { memory: settings.executorResources.memoryLimit },
      },
      securityContext: executorContainer,
    },
    // Each user logs in with a token of the cluster and has the permissions of that token.
    server: {
      enabled: settings.server,
      image,
      podSecurityContext: SECCOMP,
      authModes: ["client"],
      serviceType: "ClusterIP",
    },
  };
  return mergeValues(values, settings.values);
}

/**
 * Full CRDs of the controller's version: the API server drops unknown fields, and the CRDs of the
 * chart have the version that the chart was released with.
 */
function definitions({ crds, version }: ArgoSettings): Values {
  if (crds === "minimal") return { full: false };
  return {
    full: true,
    upgradeJob: {
      crdBaseURL: `https://raw.githubusercontent.com/argoproj/argo-workflows/${version}/manifests/base/crds/full`,
    },
  };
}

function archive({
  kind,
  host,
  port,
  database,
  keepDays,
  tls,
}: NonNullable<ArgoSettings["workflowArchive"]>): Values {
  const secret = (key: string) => ({ name: ARCHIVE_SECRET, key });
  const connection = {
    host,
    port: port ?? PORTS[kind],
    database,
    tableName: "argo_workflows",
    userNameSecret: secret("username"),
    passwordSecret: secret("password"),
  };
  return {
    archive: true,
    archiveTTL: `${keepDays}d`,
    [kind]:
      kind === "postgresql"
        ? { ...connection, ssl: tls, sslMode: tls ? "require" : "disable" }
        : { ...connection, options: { tls: String(tls) } },
  };
}

/**
 * Soft memory limit of the Go runtime. Without it, a busy controller grows to its limit and hangs.
 * Source: pkg.go.dev/runtime, GOMEMLIMIT.
 */
function memoryGoal({ memory }: ArgoSettings["controllerResources"]): readonly {
  readonly name: string;
  readonly value: string;
}[] {
  const [, count, unit] = /^([\d.]+)(Ki|Mi|Gi|Ti)$/.exec(memory ?? "") ?? [];
  return count === undefined
    ? []
    : [
        {
          name: "GOMEMLIMIT",
          value: `${Math.floor(Number(count) * 0.85 * 1024)}${{ Ki: "B", Mi: "KiB", Gi: "MiB", Ti: "GiB" }[unit as "Ki"]}`,
        },
      ];
}

function requirements({ cpu, memory }: ArgoSettings["controllerResources"]) {
  return {
    requests: {
      ...(cpu !== undefined && { cpu: String(cpu) }),
      ...(memory !== undefined && { memory }),
    },
    limits: { ...(memory !== undefined && { memory }) },
  };
}
