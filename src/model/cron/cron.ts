/** Cron as Argo runs it: reading it, its next runs and its words. */
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
