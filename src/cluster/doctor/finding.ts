/** The result of a check. */
export interface Finding {
  /** The checked subject, e.g. `bucket`. */
  readonly check: string;
  /** `warn`: works now, but may fail later or differs from what is intended. */
  readonly level: "ok" | "warn" | "fail";
  /** What was found. */
  readonly found: string;
  /** What to do; empty if nothing. */
  readonly todo: string;
}

/** A check that passed. */
export function ok(check: string, found: string): readonly Finding[] {
  return [{ check, level: "ok", found, todo: "" }];
}

/** A problem that does not prevent runs yet. */
export function warn(check: string, found: string, todo: string): readonly Finding[] {
  return [{ check, level: "warn", found, todo }];
}

/** Something that does not work. */
export function fail(check: string, found: string, todo: string): readonly Finding[] {
  return [{ check, level: "fail", found, todo }];
}
