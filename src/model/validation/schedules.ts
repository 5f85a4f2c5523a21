import { text, type Check } from "./checks";
import { cronKey, neverFires, parseCron } from "../cron/cron";
import { zoneProblem } from "../cron/zone";

const one: Check = text((value) => {
  const parsed = parseCron(value);
  if (!parsed.ok) return parsed.problem;
  return neverFires(parsed.schedule)
    ? "it never fires: none of its months has such a day"
    : undefined;
});

/**
 * One schedule or several. Two with the same times would start two runs, one of which would be
 * lost.
 */
export const schedules: Check = (value, at) => {
  if (!Array.isArray(value)) return one(value, at);
  if (value.length === 0) return [`${at}: the list is empty`];
  const problems = value.flatMap((cron: unknown) => one(cron, at));
  return [
    ...problems,
    ...sameMoments(
      value.filter((cron) => typeof cron === "string"),
      at,
    ),
  ];
};

/** Name of a time zone that Argo's controller can load. */
export const timezone: Check = text(zoneProblem);

function sameMoments(texts: readonly string[], at: string): readonly string[] {
  const firstByKey = new Map<string, string>();
  return texts.flatMap((cron) => {
    const parsed = parseCron(cron);
    if (!parsed.ok) return [];
    const key = cronKey(parsed.schedule);
    const earlier = firstByKey.get(key);
    if (earlier === undefined) firstByKey.set(key, cron);
    if (earlier === undefined) return [];
    return [
      earlier === cron
        ? `${at} "${cron}": is listed more than once`
        : `${at} "${cron}": means the same as "${earlier}"`,
    ];
  });
}
