/** What a check found. */
export interface Finding {
  /** What was looked at, such as `bucket`. */
  readonly check: string;
  /** `warn`: works, but not for long or not as meant. */
  readonly level: "ok" | "warn" | "fail";
  /** What is there. */
  readonly found: string;
  /** What to do; empty where nothing is. */
  readonly todo: string;
}

/** All is as it should be. */
export function ok(check: string, found: string): readonly Finding[] {
  return [{ check, level: "ok", found, todo: "" }];
}

/** Something that will not do for long. */
export function warn(check: string, found: string, todo: string): readonly Finding[] {
  return [{ check, level: "warn", found, todo }];
}

/** Something that does not work. */
export function fail(check: string, found: string, todo: string): readonly Finding[] {
  return [{ check, level: "fail", found, todo }];
}
