import type { Json, SecretReference } from "./connector-settings";

/** Events of a run that can send a notification. */
export type NotificationEvent = "started" | "succeeded" | "failed" | "recovered";

/** Notifications of runs on the cluster. Local runs send none. */
export interface Notifications {
  /**
   * Events to notify of. An empty list turns notifications off. Default: `["failed", "recovered"]`.
   */
  readonly on?: readonly NotificationEvent[];

  /**
   * Secret that holds the webhook URL. Default: the webhook of the stack. Example:
   * `secret("orders-channel")`.
   */
  readonly webhook?: SecretReference;

  /**
   * Channels that receive the notifications, in addition to `webhook`. Default: the channels of the
   * stack, unless `webhook` or `channels` is set. Example: `[{ kind: "slack", webhook:
   * secret("orders-slack") }]`.
   */
  readonly channels?: readonly NotificationChannel[];
}

/** A service that receives notifications. */
export type NotificationChannel =
  SlackChannel | TeamsChannel | PagerDutyChannel | OpsgenieChannel | EmailChannel | WebhookChannel;

/** A Slack channel. */
export interface SlackChannel {
  readonly kind: "slack";

  /** Secret that holds the URL of an incoming webhook. */
  readonly webhook: SecretReference;
}

/** A channel or chat of Microsoft Teams. */
export interface TeamsChannel {
  readonly kind: "teams";

  /** Secret that holds the URL of a workflow that posts cards. */
  readonly webhook: SecretReference;
}

/** A PagerDuty service. A failed run opens one incident per pipeline, and the next success resolves it. */
export interface PagerDutyChannel {
  readonly kind: "pagerduty";

  /** Secret that holds the integration key of Events API v2. */
  readonly routingKey: SecretReference;

  /** Severity of the alerts. Default: `error`. */
  readonly severity?: "critical" | "error" | "warning" | "info";

  /**
   * Address of the Events API. Default: `https://events.pagerduty.com/v2/enqueue`. Example:
   * `"https://events.eu.pagerduty.com/v2/enqueue"`.
   */
  readonly url?: string;

  /**
   * Part of the dedup key, in addition to the pipeline's name. Set it if several stacks use the same
   * service and the same namespace. Default: the namespace of the pipelines. Example: `"prod"`.
   */
  readonly scope?: string;
}

/** An Opsgenie team. A failed run opens one alert per pipeline, and the next success closes it. */
export interface OpsgenieChannel {
  readonly kind: "opsgenie";

  /** Secret that holds the key of an API integration. */
  readonly apiKey: SecretReference;

  /** Priority of the alerts. Default: `P3`. */
  readonly priority?: "P1" | "P2" | "P3" | "P4" | "P5";

  /** Address of the API. Default: `https://api.opsgenie.com`. Example: `"https://api.eu.opsgenie.com"`. */
  readonly url?: string;

  /**
   * Part of the alias, in addition to the pipeline's name. Set it if several stacks use the same
   * team and the same namespace. Default: the namespace of the pipelines. Example: `"prod"`.
   */
  readonly scope?: string;
}

/** E-mail over SMTP. */
export interface EmailChannel {
  readonly kind: "email";

  /** Host of the SMTP server. Example: `"smtp.example.com"`. */
  readonly host: string;

  /** Port of the server. Default: 587 for `starttls`, 465 for `tls`, 25 for `none`. */
  readonly port?: number;

  /**
   * How the connection is encrypted: `starttls` requires STARTTLS, `tls` encrypts from the start.
   * Default: `starttls`.
   */
  readonly security?: "starttls" | "tls" | "none";

  /** User of the server. Default: no login. */
  readonly user?: string;

  /** Secret that holds the password of `user`. */
  readonly password?: SecretReference;

  /** Sender. Example: `"Data platform <data@example.com>"`. */
  readonly from: string;

  /** Recipients. Example: `["oncall@example.com"]`. */
  readonly to: readonly string[];
}

/** Any service that accepts JSON over HTTP. */
export interface WebhookChannel {
  readonly kind: "webhook";

  /** Secret that holds the URL. */
  readonly url: SecretReference;

  /** Headers of the request, such as a token. Default: none. Example: `{ Authorization: secret("hook-token") }`. */
  readonly headers?: { readonly [name: string]: string | SecretReference };

  /**
   * JSON that is sent. Texts may contain placeholders: `{{title}}`, `{{text}}`, `{{event}}`,
   * `{{status}}`, `{{pipeline}}`, `{{owner}}`, `{{run}}`, `{{workflow}}`, `{{namespace}}`,
   * `{{seconds}}`, `{{records}}`, `{{leftOut}}`, `{{schemaChanges}}`, `{{error}}`, `{{link}}`, `{{key}}`. A text that
   * consists of one placeholder becomes its value, such as a number. Default: all fields. Example:
   * `{ content: "{{text}}" }`.
   */
  readonly body?: Json;
}

/** All channels of a pipeline or stack; empty if it sets none. */
export function channelsOf({
  webhook,
  channels = [],
}: Pick<Notifications, "webhook" | "channels">): readonly NotificationChannel[] {
  return [...(webhook ? [{ kind: "webhook" as const, url: webhook }] : []), ...channels];
}
