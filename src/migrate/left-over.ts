/** Part of a Meltano project that was not converted, or converted with changes. */
export interface LeftOver {
  /** File, line and subject: `meltano.yml:12 extractor tap-github`. */
  readonly where: string;
  /** What was not converted and what to do, in one line, without secret values. */
  readonly text: string;
}

/** A result, and what could not be converted for it. */
export interface Carried<Value> {
  readonly value: Value;
  readonly leftOver: readonly LeftOver[];
}
