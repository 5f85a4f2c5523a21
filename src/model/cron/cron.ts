/** Argo's cron dialect: parsing, next runs and descriptions. */
export {
  cronKey,
  DESCRIPTORS,
  neverFires,
  parseCron,
  type CalendarSchedule,
  type CronSchedule,
  type IntervalSchedule,
  type ParsedCron,
} from "./cron-parse";
export { nextRuns } from "./cron-runs";
export { describeCron } from "./cron-words";
