import { z } from "zod";
import { anyObject, bytes, containerResources, objectName, secretName, text } from "./values";

/** A Helm chart: of a repository in a version, or a folder or archive on this machine. */
export const chart = (repository: string, name: string, version: string) =>
  z
    .strictObject({
      /** Repository that it comes from. */
      repository: z.string().default(repository),
      /** Its name there. */
      name: text.default(name),
      /** Its version, exactly. */
      version: text.default(version),
      /** Folder or .tgz of a vendored copy, from the project's folder; nothing is downloaded then. */
      path: text.exactOptional(),
    })
    .readonly()
    .prefault({});

/** Database that keeps finished Workflows after they are gone from the cluster. */
const workflowArchive = z
  .strictObject({
    /** Kind of database. */
    kind: z.enum(["postgresql", "mysql"]),
    /** Its host. */
    host: text,
    /** Its port. Default: that of the kind. */
    port: z.int().min(1).max(65535).exactOptional(),
    /** Database. */
    database: text,
    /** User. */
    user: text,
    /** Name of the secret that holds the user's password. */
    password: secretName,
    /** How long Workflows are kept, in days. */
    keepDays: z.int().min(1).default(90),
    /** Whether the connection is encrypted. */
    tls: z.boolean().default(true),
  })
  .readonly();

/** Argo Workflows. */
export const argoSettings = z
  .strictObject({
    /** Whether this stack installs it; false for one that is already there, which must run Workflows of `namespace`. */
    install: z.boolean().default(true),
    /** Namespace of its controller and server. */
    namespace: objectName.default("argo"),
    /** Community chart, github.com/argoproj/argo-helm. */
    chart: chart("https://argoproj.github.io/argo-helm", "argo-workflows", "1.0.18"),
    /** Version of controller, executor and server: tag of their images. */
    version: z
      .string()
      .regex(/^v\d+\.\d+\.\d+/, `must be a version such as "v4.1.2"`)
      .default("v4.1.2"),
    /** Registry of their images. */
    imageRegistry: text.default("quay.io"),
    /**
     * Custom resource definitions: `minimal` come with the chart; `full` check every Workflow as it is submitted, and
     * a Job of the chart downloads those of `version` inside the cluster.
     */
    crds: z.enum(["minimal", "full"]).default("minimal"),
    /** Whether the server with the user interface is installed. It asks each user for a token of the cluster. */
    server: z.boolean().default(true),
    /** Whether pods that were evicted before they began are started again. */
    failedPodRestart: z.boolean().default(true),
    /** Seconds after which the controller looks again at a Workflow whose pod has changed; Argo's own default of 10 makes each step slower by as much. */
    requeueSeconds: z.number().min(0.1).max(60).default(0.5),
    /** Most Workflows that run at once; others wait without a pod, in the order in which they came: as many as the cluster has room for. */
    parallelism: z.int().min(1).default(50),
    /**
     * Requests that the controller may make of the API server in a second, twice as many for a moment. Each Workflow that it
     * starts reads its template 24 to 57 times, so that with Argo's own 20 many schedules of the same minute begin late.
     */
    requestsPerSecond: z.int().min(20).max(1000).default(200),
    /** What the controller may use: with 200 runs that begin at once it holds some 550 MB for a moment. */
    controllerResources: containerResources.prefault({ cpu: "100m", memory: "1Gi" }),
    /** What Argo's own containers in each pod may use. */
    executorResources: z
      .strictObject({
        /** Cores that are reserved. */
        cpu: text.default("10m"),
        /** Memory that is reserved. */
        memory: bytes.default("64Mi"),
        /** Memory that is never exceeded. */
        memoryLimit: bytes.default("512Mi"),
      })
      .readonly()
      .prefault({}),
    /** Database that keeps finished Workflows. Default: none. */
    workflowArchive: workflowArchive.exactOptional(),
    /** More values of the chart; they win over those of this stack. */
    values: anyObject.default({}),
  })
  .readonly();

/** Settings of Argo Workflows. */
export type ArgoSettings = z.infer<typeof argoSettings>;
/** A Helm chart. */
export type Chart = ArgoSettings["chart"];
