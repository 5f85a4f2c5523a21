import { z } from "zod";
import type { Scheduling } from "../model/scheduling";
import { scheduling } from "../model/validation/scheduling";
import { DEFAULTS } from "../model/defaults";
import { bytes, cpu, duration, text, webAddress } from "./values";

/** Defaults of pipelines that do not set these themselves. */
export const defaultsSettings = z
  .strictObject({
    /** Longest duration of a run. Default: `6h`. */
    deadline: duration.default(DEFAULTS.deadline),
    /**
     * Longest time that a pod may stay pending, for example while its image is pulled, before the
     * attempt fails. Default: `15m`.
     */
    pendingDeadline: duration.default(DEFAULTS.pendingDeadline),
    /** Most WAL that the replication slot of a pipeline may retain. Default: no limit. */
    maxSlotLag: bytes.exactOptional(),
    /** Retries of failed steps. */
    retries: z
      .strictObject({
        /** Retries after the first attempt. Default: 2. */
        limit: z.int().min(0).max(10).default(DEFAULTS.retries.limit),
        /** Delay before the first retry. It doubles with each retry. Default: `1m`. */
        delay: duration.default(DEFAULTS.retries.delay),
        /** Longest delay between retries. Default: `15m`. */
        maxDelay: duration.default(DEFAULTS.retries.maxDelay),
      })
      .readonly()
      .prefault({}),
    /** Resources of a tap or target. */
    resources: z
      .strictObject({
        /** Requested CPU. Default: 0.1. */
        cpu: cpu.default(DEFAULTS.resources.cpu),
        /** Requested memory and memory limit. Default: `512Mi`. */
        memory: bytes.default(DEFAULTS.resources.memory),
        /** Requested space on the node's disk. Default: none. */
        ephemeralStorage: bytes.exactOptional(),
      })
      .readonly()
      .prefault({}),
  })
  .readonly();

/** Proxies of builds and pods. */
export const proxySettings = z
  .strictObject({
    /** Proxy of http URLs. Default: none. */
    http: webAddress.exactOptional(),
    /** Proxy of https URLs. Default: none. */
    https: webAddress.exactOptional(),
    /**
     * Hosts, domains and networks that bypass the proxy, in addition to those of the cluster.
     * Default: none.
     */
    none: z.array(text).readonly().exactOptional(),
  })
  .readonly();

/** Disk space of a pod: an extract, an output and its archive. */
export const scratchSettings = z
  .strictObject({
    /** Maximum size for each pod. Default: `20Gi`. */
    size: bytes.default(DEFAULTS.scratchSize),
    /** Storage class of a separate volume for each pod. Default: the disk of the node. */
    storageClass: text.exactOptional(),
  })
  .readonly();

/** Where the pods of runs are placed: the same fields, and rules, as `scheduling` of a pipeline. */
export const schedulingSettings = z.custom<Scheduling>().superRefine((value, context) => {
  for (const message of scheduling(value, "")) context.addIssue({ code: "custom", message });
});
