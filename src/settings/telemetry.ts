import { z } from "zod";
import { duration, secretName, text, webAddress } from "./values";

/** Where traces and metrics of runs are sent, over OTLP/HTTP. */
export const telemetrySettings = z
  .strictObject({
    /** Address of the receiver, without `/v1/traces`. Example: `"http://collector.monitoring:4318"`. */
    endpoint: webAddress,
    /** Headers of the requests: text, or `{ secret: name }`. Default: none. */
    headers: z
      .record(
        z.string().regex(/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/, "must be the name of an HTTP header"),
        z.union([text, z.strictObject({ secret: secretName }).readonly()]),
      )
      .readonly()
      .exactOptional(),
    /**
     * Attributes of the resource, such as `{ "deployment.environment.name": "prod" }`. Default:
     * `service.name`, `service.version` and `service.namespace`.
     */
    resourceAttributes: z.record(text, z.string()).readonly().exactOptional(),
    /** Longest time that a receiver without an answer delays a run. Default: `0.1s`. */
    timeout: duration.default("0.1s"),
  })
  .readonly();
