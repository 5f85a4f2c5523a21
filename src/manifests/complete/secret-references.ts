import { settingsOf, type Tap, type Target } from "../../model/connector";
import {
  isKubernetesSecret,
  isSecretReference,
  type SecretReference,
} from "../../model/connector-settings";
import { isReplication, type PipelineEntry } from "../../model/define";
import { channelsOf } from "../../model/notifications";
import { referencesIn, secretsOf, stackSecrets } from "../../model/validation/secrets";
import type { CheckedSettings } from "../../settings/schema";

/** Kubernetes Secret with the secrets of a stack, each under its name, in the namespace of the pipelines. */
export const STACK_SECRETS = "stack-secrets";

/**
 * An entry whose secrets are keys of {@link STACK_SECRETS}, except those that are in another
 * Kubernetes Secret already. Its objects then contain no value.
 */
export function withReferences(entry: PipelineEntry): PipelineEntry {
  if (stackSecrets(secretsOf(entry)).length === 0) return entry;
  const notifications = entry.notifications && {
    notifications: referring(entry.notifications),
  };
  if (!isReplication(entry)) {
    return { ...entry, ...(entry.env && { env: referring(entry.env) }), ...notifications };
  }
  return {
    ...entry,
    tap: connector(entry.tap),
    target: connector(entry.target),
    ...(entry.maskSalt && { maskSalt: referring(entry.maskSalt) }),
    ...(entry.followUps && { followUps: referring(entry.followUps) }),
    ...notifications,
  };
}

/** Settings whose notification channels refer to {@link STACK_SECRETS}. */
export function settingsWithReferences<Settings extends CheckedSettings>(
  settings: Settings,
): Settings {
  const { webhook, channels, ...others } = settings.notifications;
  if (!channels?.length) return settings;
  const all = channelsOf({
    channels,
    ...(webhook !== undefined && { webhook: { $secret: webhook } }),
  });
  return { ...settings, notifications: { ...others, channels: [...referring(all)] } };
}

/** Names of the secrets that {@link STACK_SECRETS} contains, sorted. */
export function namesOfStackSecrets(
  entries: readonly PipelineEntry[],
  { notifications: { webhook, channels } }: Pick<CheckedSettings, "notifications">,
): readonly string[] {
  const ofStack = channels?.length
    ? [
        ...(webhook === undefined ? [] : [webhook]),
        ...stackSecrets(referencesIn(channels, "channels")).map(({ name }) => name),
      ]
    : [];
  const ofEntries = entries.flatMap((entry) =>
    stackSecrets(secretsOf(entry)).map(({ name }) => name),
  );
  return [...new Set([...ofStack, ...ofEntries])].sort();
}

function connector<Use extends Tap | Target>(use: Use): Use {
  return { ...use, settings: referring(settingsOf(use)) };
}

/** A value with a source for each reference to a secret that has none. */
function referring<Value>(value: Value): Value {
  return replaced(value) as Value;
}

function replaced(value: unknown): unknown {
  if (isSecretReference(value)) return isKubernetesSecret(value) ? value : inStackSecrets(value);
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item)]));
}

function inStackSecrets({ $secret: name }: SecretReference): SecretReference {
  return { $secret: name, kubernetes: { name: STACK_SECRETS, key: name } };
}
