import { z } from "zod";
import { DEFAULT_NAMESPACE } from "../common/command-text";
import { argoSettings } from "./argo";
import { awsSettings } from "./aws";
import { imagesSettings, registrySettings } from "./images";
import { monitoringSettings } from "./monitoring";
import { objectStoreSettings } from "./object-store";
import { defaultsSettings, notificationsSettings, proxySettings, scratchSettings } from "./runs";
import { objectName } from "./values";

/** Every key of the stack's configuration but `secrets`; Pulumi.yaml describes the same keys. */
export const settingsSchema = z.strictObject({
  /** Context of the kubeconfig; empty for the current one. */
  context: z.string().default(""),
  /** Namespace of the pipelines. */
  namespace: objectName.default(DEFAULT_NAMESPACE),
  /** Argo Workflows. */
  argo: argoSettings.prefault({}),
  /** Where artifacts, states and runs live. */
  objectStore: objectStoreSettings.prefault({ kind: "minio" }),
  /** AWS. Default: nothing of this stack is there. */
  aws: awsSettings.exactOptional(),
  /** Registry of the images that are built. */
  registry: registrySettings.prefault({}),
  /** How connector images are made. */
  images: imagesSettings.prefault({}),
  /** What holds for every pipeline that does not say otherwise. */
  defaults: defaultsSettings.prefault({}),
  /** Who is told of runs. */
  notifications: notificationsSettings.prefault({}),
  /** How the cluster's Prometheus operator and Grafana look after the pipelines: true for all defaults, false for not at all. */
  monitoring: monitoringSettings,
  /** Secrets of the pipelines' namespace to pull images with, which are there already. */
  imagePullSecrets: z.array(objectName).readonly().default([]),
  /** Proxies of builds and pods. */
  proxy: proxySettings.prefault({}),
  /** File of PEM certificates that builds and pods trust, those of follow-ups and jobs included, from the project's folder; empty for none. It replaces those they trusted. */
  certificateAuthority: z.string().default(""),
  /** Disk for a pod's files. */
  scratch: scratchSettings.prefault({}),
  /** Whether nobody may connect to the pods of pipelines, and only they and Argo to MinIO. */
  networkPolicy: z.boolean().default(true),
  /** Whether the namespaces of pipelines and data are kept from deletion until this is false. */
  protect: z.boolean().default(false),
});

/** Settings as they are checked: secrets by name alone. */
export type CheckedSettings = z.infer<typeof settingsSchema>;

/** Keys of the configuration. */
export const settingKeys = Object.keys(settingsSchema.shape) as readonly (keyof CheckedSettings)[];
