import { z } from "zod";
import { DEFAULTS } from "../model/defaults";
import { bytes, cpu, duration, secretName, text, webAddress } from "./values";

/** What holds for every pipeline that does not say otherwise. */
export const defaultsSettings = z
  .strictObject({
    /** Longest time of a run. */
    deadline: duration.default(DEFAULTS.deadline),
    /** Longest time that a pod waits to be started, for its image or a node, before that attempt has failed. */
    pendingDeadline: duration.default(DEFAULTS.pendingDeadline),
    /** How failed steps are tried again. */
    retries: z
      .strictObject({
        /** Tries after the first one. */
        limit: z.int().min(0).max(10).default(DEFAULTS.retries.limit),
        /** Pause before the first of them. */
        delay: duration.default(DEFAULTS.retries.delay),
        /** Longest pause. */
        maxDelay: duration.default(DEFAULTS.retries.maxDelay),
      })
      .readonly()
      .prefault({}),
    /** What a connector may use. */
    resources: z
      .strictObject({
        /** Cores that are reserved. */
        cpu: cpu.default(DEFAULTS.resources.cpu),
        /** Memory that is reserved and never exceeded. */
        memory: bytes.default(DEFAULTS.resources.memory),
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
    size: bytes.default(DEFAULTS.scratchSize),
    /** Storage class of a volume of its own for each pod. Default: the node's disk. */
    storageClass: text.exactOptional(),
  })
  .readonly();
