import { settingsOf, type Tap, type Target } from "../../model/connector";
import {
  isKubernetesSecret,
  isSecretReference,
  kubernetesSecrets,
  secretsFile,
  type Json,
  type KubernetesSecretKey,
  type KubernetesSecretReference,
} from "../../model/connector-settings";
import { isReplication, type PipelineEntry } from "../../model/define";
import { identityOf } from "../../model/identity";
import {
  channelsOf,
  type NotificationChannel,
  type Notifications,
} from "../../model/notifications";
import type { Replication } from "../../model/replication";
import { catalogRules, dataRules } from "../../model/stream-rules";
import { secretKey, secretName } from "./names";
import { parseJson, stringifyJson } from "../../common/json";

/** Content of a key in a pipeline's Secret, with secrets by name. */
export type SecretPart =
  /**
   * A file: JSON in which `{"$secret": "name"}` stands for the secret of that name. One with
   * `kubernetes` stays in the file: the runner reads it from a volume.
   */
  | { readonly kind: "json"; readonly value: Json }
  /** A text file without secrets. */
  | { readonly kind: "text"; readonly text: string }
  /** The value of a secret. */
  | { readonly kind: "secret"; readonly name: string };

/** A pipeline's Secret before the values of its secrets are filled in. */
export interface PipelineSecret {
  /** Name of the Secret. */
  readonly name: string;
  /** Content by key. */
  readonly parts: { readonly [key: string]: SecretPart };
}

/** Key of a Secret with the channels that receive notifications. */
export const CHANNELS_KEY = "channels.json";

/** Key of the webhook of a pipeline that has no other channel. */
const WEBHOOK_KEY = "webhook";

/** Where a pipeline's own channels are; undefined if it uses those of the stack. */
export function channelsSource({
  name,
  notifications,
}: PipelineEntry): KubernetesSecretKey | undefined {
  const own = (key: string) => ({ name: secretName(name), key });
  if (notifications?.channels?.length) return own(CHANNELS_KEY);
  if (notifications?.webhook === undefined) return undefined;
  return notifications.webhook.kubernetes ?? own(WEBHOOK_KEY);
}

/** Existing Kubernetes Secrets that channels refer to, each once. */
export function channelSecrets(
  channels: readonly NotificationChannel[],
): readonly KubernetesSecretReference[] {
  return kubernetesSecrets(asJson(channels));
}

/** Channels as a part of a Secret. */
export function channelsPart(notifications: Notifications): SecretPart {
  return json(channelsOf(notifications));
}

/** The Secret of a pipeline; undefined for a job without secrets. */
export function pipelineSecret(entry: PipelineEntry): PipelineSecret | undefined {
  const parts = {
    ...(isReplication(entry) ? replicationParts(entry) : {}),
    ...containerSecrets(entry),
    ...channelParts(entry),
  };
  return Object.keys(parts).length === 0 ? undefined : { name: secretName(entry.name), parts };
}

/** The content as text for readers, with the names of secrets instead of their values. */
export function referenceText(part: SecretPart): string {
  if (part.kind === "text") return part.text;
  return part.kind === "secret"
    ? JSON.stringify({ $secret: part.name })
    : `${stringifyJson(part.value, 2)}\n`;
}

function replicationParts(entry: Replication): PipelineSecret["parts"] {
  const select = catalogRules(entry);
  const rules = dataRules(entry);
  return {
    "identity.json": json({ pipeline: entry.name, ...identityOf(entry) }),
    ...(entry.configFrom === "store"
      ? {}
      : { ...connectorParts("tap", entry.tap), ...connectorParts("target", entry.target) }),
    ...(select && { "select.json": json(select) }),
    ...(rules && { "rules.json": json(rules) }),
    ...(entry.maskSalt &&
      !isKubernetesSecret(entry.maskSalt) && {
        "mask-salt": { kind: "secret", name: entry.maskSalt.$secret },
      }),
    ...(entry.initialState && { "initial-state.json": stateFile(entry.initialState) }),
  };
}

function connectorParts(kind: "tap" | "target", use: Tap | Target): PipelineSecret["parts"] {
  const config = settingsOf(use);
  // The runner masks the values at these paths in logs.
  return {
    [`${kind}-config.json`]: json(config),
    [`${kind}-secrets.json`]: json(secretsFile(config)),
  };
}

function containerSecrets(entry: PipelineEntry): PipelineSecret["parts"] {
  const environments = isReplication(entry)
    ? (entry.followUps ?? []).map(({ env }) => env)
    : [entry.env];
  const names = environments.flatMap((env) =>
    Object.values(env ?? {}).flatMap((value) =>
      isSecretReference(value) && !isKubernetesSecret(value) ? [value.$secret] : [],
    ),
  );
  return Object.fromEntries(names.map((name) => [secretKey(name), { kind: "secret", name }]));
}

function channelParts(entry: PipelineEntry): PipelineSecret["parts"] {
  const { notifications } = entry;
  if (notifications?.channels?.length) return { [CHANNELS_KEY]: channelsPart(notifications) };
  const webhook = notifications?.webhook;
  return webhook === undefined || isKubernetesSecret(webhook)
    ? {}
    : { [WEBHOOK_KEY]: { kind: "secret", name: webhook.$secret } };
}

function stateFile(state: NonNullable<Replication["initialState"]>): SecretPart {
  return { kind: "text", text: typeof state === "string" ? state : `${stringifyJson(state, 2)}\n` };
}

/** Data in the form of JSON: undefined fields are dropped. */
function json(value: unknown): SecretPart {
  return { kind: "json", value: asJson(value) };
}

function asJson(value: unknown): Json {
  return parseJson(stringifyJson(value)) as Json;
}
