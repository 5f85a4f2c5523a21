import type { InstalledSource } from "../../model/connector-source";

/** A failed installation. */
export interface InstallFailure {
  /** What was being installed. */
  readonly source: InstalledSource;
  /** Output of uv or pip. */
  readonly output: string;
  /** Python version of the environment. */
  readonly python: string;
  /** File with the full output. */
  readonly log: string;
}

/** Why an installation failed, and what to do about it. */
export interface Explanation {
  readonly reason: string;
  readonly fix: string;
}

/** Recognizes a kind of failure: returns its explanation, or undefined for another kind. */
export type Reading = (text: string, failure: InstallFailure) => Explanation | undefined;
