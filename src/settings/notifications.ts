import { z } from "zod";
import type { SecretReference } from "../model/connector-settings";
import type { NotificationChannel } from "../model/notifications";
import { channels } from "../model/validation/channels";
import { isFields, kindOf, type Check } from "../model/validation/checks";
import { secretName, webAddress } from "./values";

/** Where notifications of runs are sent. */
export const notificationsSettings = z
  .strictObject({
    /**
     * Name of the secret that holds the webhook URL, of Slack or any other service. Default: no
     * notifications.
     */
    webhook: secretName.exactOptional(),
    /**
     * Channels that receive the notifications, in addition to `webhook`: as in the array, with
     * names of secrets, and `{ secret: name }` in headers. Default: none.
     */
    channels: z
      .unknown()
      .superRefine((value, context) => {
        for (const problem of named(value, ""))
          context.addIssue(problem.trim().replace("\n", "\n  "));
      })
      .transform((value) => value as readonly object[])
      .transform((value) => value.map(withReferences))
      .exactOptional(),
    /** URL of Argo's web UI, used for links. Default: no links. */
    uiUrl: webAddress.exactOptional(),
  })
  .readonly();

const secret: Check = (value, at) => {
  if (typeof value !== "string")
    return [`${at} must be the name of a secret, not ${kindOf(value)}`];
  // Not the value, which may be the secret itself.
  return isName(value)
    ? []
    : [`${at} must be the name of a secret: lowercase letters, digits, "-", "_" and "."`];
};

const named = channels({ secret, isSecret: isNamedSecret });

/** Fields of channels that name a secret. */
const SECRET_FIELDS = ["webhook", "routingKey", "apiKey", "password", "url"];

/** A channel as in the array. */
function withReferences(channel: object): NotificationChannel {
  const isWebhook = "kind" in channel && channel.kind === "webhook";
  const fields = Object.entries(channel).map(([field, value]: [string, unknown]) => {
    // The URL of an API is not a secret.
    if (
      typeof value === "string" &&
      SECRET_FIELDS.includes(field) &&
      (field !== "url" || isWebhook)
    )
      return [field, reference(value)];
    return [field, field === "headers" && isFields(value) ? headers(value) : value];
  });
  return Object.fromEntries(fields) as NotificationChannel;
}

function headers(values: { readonly [name: string]: unknown }): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isNamedSecret(value) ? reference(value.secret) : value,
    ]),
  );
}

function isNamedSecret(value: unknown): value is { readonly secret: string } {
  return isFields(value) && Object.keys(value).length === 1 && isName(value["secret"]);
}

function isName(value: unknown): boolean {
  return secretName.safeParse(value).success;
}

function reference(name: string): SecretReference {
  return { $secret: name };
}
