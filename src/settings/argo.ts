import { z } from "zod";
import { anyObject, bytes, containerResources, objectName, secretName, text } from "./values";

/** Helm chart: a version in a repository, or a local folder or archive. */
export const chart = (repository: string, name: string, version: string) =>
  z
    .strictObject({
      /** Chart repository. */
      repository: z.string().default(repository),
      /** Name of the chart in the repository. */
      name: text.default(name),
      /** Exact chart version. */
      version: text.default(version),
      /**
       * Folder or .tgz of a vendored chart, relative to the project. If set, nothing is downloaded.
       * Default: none.
       */
      path: text.exactOptional(),
    })
    .readonly()
    .prefault({});

/** Database that keeps finished Workflows after they are deleted from the cluster. */
const workflowArchive = z
  .strictObject({
    /** Kind of database. */
    kind: z.enum(["postgresql", "mysql"]),
    /** Host of the database. */
    host: text,
    /** Port of the database. Default: the standard port of the kind. */
    port: z.int().min(1).max(65535).exactOptional(),
    /** Name of the database. */
    database: text,
    /** User of the database. */
    user: text,
    /** Name of the secret that holds the password. */
    password: secretName,
    /** Days that Workflows are kept. Default: 90. */
    keepDays: z.int().min(1).default(90),
    /** Whether connections use TLS. Default: true. */
    tls: z.boolean().default(true),
  })
  .readonly();

/** Argo Workflows. */
export const argoSettings = z
  .strictObject({
    /**
     * Whether this stack installs Argo. If false, the cluster must already have one that runs
     * Workflows of `namespace`. Default: true.
     */
    install: z.boolean().default(true),
    /** Namespace of the controller and server. Default: `argo`. */
    namespace: objectName.default("argo"),
    /** Community chart, github.com/argoproj/argo-helm. */
    chart: chart("https://argoproj.github.io/argo-helm", "argo-workflows", "1.0.18"),
    /** Version of the controller, executor and server: the tag of their images. */
    version: z
      .string()
      .regex(/^v\d+\.\d+\.\d+/, `must be a version such as "v4.1.2"`)
      .default("v4.1.2"),
    /** Registry of these images. Default: `quay.io`. */
    imageRegistry: text.default("quay.io"),
    /**
     * Custom resource definitions: `minimal` are those in the chart; `full` also validate every
     * submitted Workflow and are downloaded inside the cluster by a Job of the chart. Default:
     * `minimal`.
     */
    crds: z.enum(["minimal", "full"]).default("minimal"),
    /**
     * Whether the server with the web UI is installed. Users sign in with a token of the cluster.
     * Default: true.
     */
    server: z.boolean().default(true),
    /** Whether pods that were evicted before they started are restarted. Default: true. */
    failedPodRestart: z.boolean().default(true),
    /**
     * Seconds until the controller processes a Workflow whose pod has changed. Argo's own default
     * of 10 delays each step by as much. Default: 0.5.
     */
    requeueSeconds: z.number().min(0.1).max(60).default(0.5),
    /**
     * Maximum number of Workflows that run in parallel, sized for the cluster's capacity. Others
     * wait in order, without a pod. Default: 50.
     */
    parallelism: z.int().min(1).default(50),
    /**
     * API requests per second that the controller may make, with bursts of twice as many. Each
     * Workflow that it starts reads its template 24 to 57 times, so with Argo's own default of 20,
     * schedules of the same minute start late. Default: 200.
     */
    requestsPerSecond: z.int().min(20).max(1000).default(200),
    /** Resources of the controller. With 200 runs that start at once it briefly uses 550 MB. */
    controllerResources: containerResources.prefault({ cpu: "100m", memory: "1Gi" }),
    /** Resources of Argo's containers in each pod. */
    executorResources: z
      .strictObject({
        /** Requested CPU. */
        cpu: text.default("10m"),
        /** Requested memory. */
        memory: bytes.default("64Mi"),
        /** Memory limit. */
        memoryLimit: bytes.default("512Mi"),
      })
      .readonly()
      .prefault({}),
    /** Database that keeps finished Workflows. Default: none. */
    workflowArchive: workflowArchive.exactOptional(),
    /** Additional values of the chart. They override the values of this stack. Default: none. */
    values: anyObject.default({}),
  })
  .readonly();

/** Settings of Argo Workflows. */
export type ArgoSettings = z.infer<typeof argoSettings>;
/** A Helm chart. */
export type Chart = ArgoSettings["chart"];
