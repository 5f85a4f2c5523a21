import { z } from "zod";
import { bytes, cpu, duration, secretName, text, webAddress } from "./values";

/** What holds for every pipeline that does not say otherwise. */
export const defaultsSettings = z
  .strictObject({
    /** Longest time of a run. */
    deadline: duration.default("6h"),
    /** Longest time that a pod waits to be started, for its image or a node, before that attempt has failed. */
    pendingDeadline: duration.default("15m"),
    /** How failed steps are tried again. */
    retries: z
      .strictObject({
        /** Tries after the first one. */
        limit: z.int().min(0).max(10).default(2),
        /** Pause before the first of them. */
        delay: duration.default("1m"),
        /** Longest pause. */
        maxDelay: duration.default("15m"),
      })
      .readonly()
      .prefault({}),
    /** What a connector may use. */
    resources: z
      .strictObject({
        /** Cores that are reserved. */
        cpu: cpu.default(0.1),
        /** Memory that is reserved and never exceeded. */
        memory: bytes.default("512Mi"),
      })
      .readonly()
      .prefault({}),
  })
  .readonly();

/** Who is told of runs. */
export const notificationsSettings = z
  .strictObject({
    /** Name of the secret that holds the URL of a Slack incoming webhook or any other. Default: nobody is told. */
    webhook: secretName.exactOptional(),
    /** Address of Argo's user interface, for links. Default: no links. */
    uiUrl: webAddress.exactOptional(),
  })
  .readonly();

/** Proxies of builds and pods. */
export const proxySettings = z
  .strictObject({
    /** For http addresses. */
    http: webAddress.exactOptional(),
    /** For https addresses. */
    https: webAddress.exactOptional(),
    /** Hosts, domains and networks that are reached directly, beside those of the cluster. */
    none: z.array(text).readonly().exactOptional(),
  })
  .readonly();

/** Disk for a pod's files: an extract, an output and its archive. */
export const scratchSettings = z
  .strictObject({
    /** Most that a pod may use. */
    size: bytes.default("20Gi"),
    /** Storage class of a volume of its own for each pod. Default: the node's disk. */
    storageClass: text.exactOptional(),
  })
  .readonly();
