/** Something of a Meltano project that was not carried over, or not as it was. */
export interface LeftOver {
  /** File and line, and what stands there: `meltano.yml:12 extractor tap-github`. */
  readonly where: string;
  /** What was not carried over and what to do, in one line. Values of secrets are not in it. */
  readonly text: string;
}

/** A result with what had to be left over on the way to it. */
export interface Carried<Value> {
  readonly value: Value;
  readonly leftOver: readonly LeftOver[];
}
