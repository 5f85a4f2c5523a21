import { z } from "zod";
import { DEFAULT_NAMESPACE } from "../common/commands";
import { DEFAULTS } from "../model/defaults";
import { argoSettings } from "./argo";
import { awsSettings } from "./aws";
import { imagesSettings, registrySettings } from "./images";
import { lineageSettings } from "./lineage";
import { monitoringSettings } from "./monitoring";
import { objectStoreSettings } from "./object-store";
import { notificationsSettings } from "./notifications";
import { defaultsSettings, proxySettings, schedulingSettings, scratchSettings } from "./runs";
import { telemetrySettings } from "./telemetry";
import { uiSettings } from "./ui";
import { objectName } from "./values";

/** All keys of the stack configuration except `secrets`. Pulumi.yaml describes the same keys. */
export const settingsSchema = z.strictObject({
  /** Kubeconfig context. Default: empty, the current context. */
  context: z.string().default(""),
  /** Namespace of the pipelines. Default: `pipelines`. */
  namespace: objectName.default(DEFAULT_NAMESPACE),
  /** Argo Workflows. */
  argo: argoSettings.prefault({}),
  /** Where artifacts, states and runs are stored. Default: a MinIO that the stack installs. */
  objectStore: objectStoreSettings.prefault({ kind: "minio" }),
  /** AWS. Default: nothing is created on AWS. */
  aws: awsSettings.exactOptional(),
  /** Registry that images are pushed to. */
  registry: registrySettings.prefault({}),
  /** How connector images are built. */
  images: imagesSettings.prefault({}),
  /** Defaults of pipelines that do not set these themselves. */
  defaults: defaultsSettings.prefault({}),
  /** Where notifications of runs are sent. */
  notifications: notificationsSettings.prefault({}),
  /** Where the lineage of runs is sent. Default: nowhere. */
  lineage: lineageSettings.prefault({}),
  /** Where traces and metrics of runs are sent. Default: nowhere. */
  telemetry: telemetrySettings.exactOptional(),
  /**
   * Level of the Pod Security Standards that the pipelines' namespace enforces: with `restricted`,
   * jobs and follow-ups cannot run as root; with `baseline` they can. Default: `restricted`.
   */
  podSecurity: z.enum(["restricted", "baseline"]).default(DEFAULTS.podSecurity),
  /**
   * Where the pods of runs are placed, for pipelines that do not set it themselves: `nodeSelector`,
   * `tolerations`, `affinity`, `topologySpread`, `priorityClass`, `runtimeClass`, `podLabels` and
   * `podAnnotations`. Argo and MinIO have `values` for theirs. Default: any node.
   */
  scheduling: schedulingSettings.default({}),
  /** How Prometheus and Grafana monitor the pipelines; true for all defaults. Default: false. */
  monitoring: monitoringSettings,
  /** The console on the cluster. Default: not deployed. */
  ui: uiSettings.prefault({}),
  /** Existing image pull secrets in the namespace of the pipelines. Default: none. */
  imagePullSecrets: z.array(objectName).readonly().default([]),
  /** Proxies of builds and pods. */
  proxy: proxySettings.prefault({}),
  /**
   * File of PEM certificates, relative to the project, that builds and pods trust, those of
   * follow-ups and jobs included. It replaces the certificates of the images. Default: empty, the
   * certificates of the images.
   */
  certificateAuthority: z.string().default(""),
  /** Disk space of a pod. */
  scratch: scratchSettings.prefault({}),
  /**
   * Whether network policies block connections to pipeline pods, and allow only those pods and Argo
   * to connect to MinIO. Default: true.
   */
  networkPolicy: z.boolean().default(true),
  /** Whether the namespaces of pipelines and data are protected from deletion. Default: false. */
  protect: z.boolean().default(false),
});

/** Validated settings. Secrets are given by name. */
export type CheckedSettings = z.infer<typeof settingsSchema>;

/** Keys of the configuration. */
export const settingKeys = Object.keys(settingsSchema.shape) as readonly (keyof CheckedSettings)[];
