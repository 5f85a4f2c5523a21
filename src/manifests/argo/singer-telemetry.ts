import { durationSeconds } from "../../model/units";
import { unexpanded } from "../../model/validation/byte-for-byte";
import type { ClusterSettings } from "./cluster-settings";
import type { EnvVar } from "./types";

/**
 * Before the names of OpenTelemetry's variables: Argo's executor, which starts the containers, reads
 * those. It would send its own spans, and log headers that it cannot read.
 */
const PREFIX = "TAPCTL_";

/**
 * Environment of a container that sends traces and metrics, in the form of OpenTelemetry's SDKs
 * with a prefix; empty without a receiver. Only containers without a connector have it, because of
 * the headers.
 */
export function telemetryEnvironment({
  telemetry,
}: Pick<ClusterSettings, "telemetry">): readonly EnvVar[] {
  if (!telemetry) return [];
  const { endpoint, headers, resourceAttributes, timeout } = telemetry;
  const milliseconds = Math.max(1, Math.round((durationSeconds(timeout) ?? 0) * 1000));
  return [
    variable("ENDPOINT", endpoint),
    variable("TIMEOUT", String(milliseconds)),
    { name: `${PREFIX}OTEL_RESOURCE_ATTRIBUTES`, value: unexpanded(pairs(resourceAttributes)) },
    ...(headers
      ? [
          {
            name: `${PREFIX}OTEL_EXPORTER_OTLP_HEADERS`,
            valueFrom: { secretKeyRef: { name: headers.name, key: headers.key, optional: true } },
          },
        ]
      : []),
  ];
}

function variable(name: string, value: string): EnvVar {
  return { name: `${PREFIX}OTEL_EXPORTER_OTLP_${name}`, value: unexpanded(value) };
}

/** Attributes in the form of W3C Baggage. */
function pairs(attributes: { readonly [name: string]: string }): string {
  return Object.entries(attributes)
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .join(",");
}
