/**
 * What the array of a project is written with: `import { definePipelines, secret, tapPostgres,
 * targetJsonl } from "tapctl"`.
 */
export * from "../connectors";
export * from "./model/define";
export * from "./model/entry";
export * from "./model/job";
export type {
  EmailChannel,
  NotificationChannel,
  NotificationEvent,
  Notifications,
  OpsgenieChannel,
  PagerDutyChannel,
  SlackChannel,
  TeamsChannel,
  WebhookChannel,
} from "./model/notifications";
export * from "./model/replication";
export * from "./model/schedule";
export * from "./model/streams";
