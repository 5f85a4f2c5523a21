import { parseCron, type CalendarSchedule } from "./cron-parse";

const MONTHS = [
  "",
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Longer lists are harder to read than the cron text. */
const LONGEST_LIST = 6;

/**
 * Describes a schedule in words. Returns the text itself if it is not a valid schedule, or if words
 * would be harder to read.
 *
 * @example `describeCron("0 6 * * MON-FRI") === "at 06:00, Monday to Friday"`
 */
export function describeCron(text: string): string {
  const parsed = parseCron(text);
  if (!parsed.ok) return text;
  if (parsed.schedule.kind === "interval") return `every ${interval(parsed.schedule.seconds)}`;
  const times = timesInWords(parsed.schedule);
  const days = daysInWords(parsed.schedule);
  if (times === undefined || days === undefined) return text;
  return days === "every day" && times.startsWith("every") ? times : `${times}, ${days}`;
}

function interval(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, name] = units.find(([one]) => seconds % one === 0) ?? [1, "second"];
  return seconds === size ? name : `${seconds / size} ${name}s`;
}

function timesInWords(schedule: CalendarSchedule): string | undefined {
  const minutes = ascending(schedule.minute.values);
  const hours = ascending(schedule.hour.values);
  const step = stepThroughHour(minutes);
  const [start = 0] = minutes;
  if (hours.length === 24 && step !== undefined && (start === 0 || minutes.length > 2))
    return `every ${interval(step * 60)}${start === 0 ? "" : `, from minute ${start} on`}`;
  if (hours.length === 24)
    return minutes.length > LONGEST_LIST
      ? undefined
      : `every hour at minute ${listed(minutes.map(String))}`;
  if (minutes.length * hours.length <= LONGEST_LIST)
    return `at ${listed(hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute))))}`;
  const [first = 0] = hours;
  const last = hours[hours.length - 1] ?? 0;
  if (last - first !== hours.length - 1) return undefined;
  if (minutes.length === 1)
    return `every hour from ${clock(first, minutes[0] ?? 0)} to ${clock(last, minutes[0] ?? 0)}`;
  return step === undefined
    ? undefined
    : `every ${interval(step * 60)} from ${clock(first, start)} to ${clock(last, start + 60 - step)}`;
}

/**
 * The step of minutes that divide the hour evenly, across the end of the hour as well, such as 15
 * for 3, 18, 33, 48.
 */
function stepThroughHour(minutes: readonly number[]): number | undefined {
  const step = 60 / minutes.length;
  const [start = 0] = minutes;
  return minutes.every((minute, index) => minute === start + index * step) ? step : undefined;
}

function daysInWords({ day, weekday, month }: CalendarSchedule): string | undefined {
  const months = spanned(ascending(month.values), (one) => MONTHS[one] ?? "");
  const days = spanned(ascending(day.values), String);
  // Weeks start on Monday here, so that Saturday and Sunday are adjacent.
  const weekdays = spanned(
    ascending([...weekday.values].map((one) => (one + 6) % 7)),
    (one) => WEEKDAYS[(one + 1) % 7] ?? "",
  );
  if (months === undefined || days === undefined || weekdays === undefined) return undefined;

  const inMonths = month.values.size === 12 ? "" : ` in ${months}`;
  const onDays = `on day ${days} of ${month.values.size === 12 ? "the month" : months}`;
  const allDays = day.values.size === 31;
  const allWeekdays = weekday.values.size === 7;
  const eitherIsEnough = !day.star && !weekday.star;
  if (eitherIsEnough ? allDays || allWeekdays : allDays && allWeekdays)
    return `every day${inMonths}`;
  if (eitherIsEnough) return `${onDays}, also ${weekdays}${inMonths}`;
  return allDays ? `${weekdays}${inMonths}` : onDays;
}

/**
 * Names of ascending values: `Monday to Friday` for three or more in a row, otherwise a list.
 * Undefined if the list is long.
 */
function spanned(values: readonly number[], name: (value: number) => string): string | undefined {
  const first = values[0] ?? 0;
  const last = values[values.length - 1] ?? 0;
  if (values.length > 2 && last - first === values.length - 1)
    return `${name(first)} to ${name(last)}`;
  return values.length > LONGEST_LIST ? undefined : listed(values.map(name));
}

function listed(names: readonly string[]): string {
  return names.length < 2
    ? names.join()
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function ascending(values: Iterable<number>): readonly number[] {
  return [...values].sort((one, other) => one - other);
}

function clock(hour: number, minute: number): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}
