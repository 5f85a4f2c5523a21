import type { Condition, EventObject } from "./objects";

/** An ExternalSecret of External Secrets Operator, reduced to the fields used here. */
export interface ExternalSecretObject {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec?: {
    readonly secretStoreRef?: { readonly kind?: string; readonly name?: string };
    readonly data?: readonly { readonly remoteRef?: { readonly key?: string } }[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly syncedResourceVersion?: string;
  };
}

/** Selects the events with the operator's errors. */
export const EXTERNAL_SECRET_EVENTS = "involvedObject.kind=ExternalSecret,type=Warning";

/**
 * Why an ExternalSecret has no current Secret, with its store and keys; undefined if it is ready.
 *
 * @param events the operator's errors: its status has only a general message.
 */
export function externalSecretProblem(
  object: ExternalSecretObject,
  events: readonly EventObject[] = [],
): string | undefined {
  const ready = readyOf(object);
  if (ready?.status === "True" && isProcessed(object)) return undefined;
  const { metadata, spec } = object;
  const { kind = "SecretStore", name = "" } = spec?.secretStoreRef ?? {};
  const keys = [...new Set((spec?.data ?? []).flatMap(({ remoteRef }) => remoteRef?.key ?? []))];
  const reason =
    ready?.status === "False"
      ? [ready.reason, ready.message, newestMessage(metadata.name, events)]
      : ["External Secrets Operator has not processed it; check that it is running"];
  const source = `${kind} "${name}", key ${keys.map((key) => `"${key}"`).join(", ")}`;
  return `ExternalSecret ${metadata.name} is not ready: ${source}: ${reason.filter(Boolean).join(": ")}`;
}

/**
 * Whether the operator has processed an ExternalSecret since its last change: until then, its
 * status is that of the former one.
 * Source: external-secrets v2.9.0, pkg/controllers/util/util.go, GetResourceVersion.
 */
export function isProcessed(object: ExternalSecretObject): boolean {
  const { metadata, status } = object;
  const ready = readyOf(object);
  if (ready?.status !== "True") return ready !== undefined;
  const [generation] = status?.syncedResourceVersion?.split("-") ?? [];
  return generation === undefined || generation === String(metadata.generation ?? generation);
}

function readyOf({ status }: ExternalSecretObject): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready");
}

function newestMessage(name: string, events: readonly EventObject[]): string | undefined {
  const time = ({ lastTimestamp }: EventObject) => Date.parse(lastTimestamp ?? "") || 0;
  return events
    .filter((event) => event.involvedObject.name === name && event.reason === "UpdateFailed")
    .reduce<EventObject | undefined>(
      (newest, event) => (newest && time(newest) > time(event) ? newest : event),
      undefined,
    )
    ?.message?.trim();
}
