/** Range of Python versions by minor number, inclusive. */
export interface PythonRange {
  /** Default: `3.10`. */
  readonly min?: `3.${number}`;
  /** Default: `3.13`, the newest that the shipped connectors have been tested with. */
  readonly max?: `3.${number}`;
}

/** A Python interpreter. */
export interface Python {
  /** Path of the interpreter itself, not of a wrapper such as pyenv's. */
  readonly path: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Platform of compiled packages, such as `linux-x86_64`. */
  readonly platform: string;
  /** Whether `python -m venv` works; it is a separate package on Debian. */
  readonly hasVenv: boolean;
  /** Whether it has pip. */
  readonly hasPip: boolean;
}

/** Minor number of the oldest supported Python. */
export const OLDEST = 10;
/** Minor number of the newest one. */
export const NEWEST = 13;

/** A range as text, such as `3.10 to 3.13`, or `3.10` if it has one version. */
export function rangeText(range: PythonRange): string {
  const [oldest, newest] = [minor(range.min, OLDEST), minor(range.max, NEWEST)];
  return oldest === newest ? `3.${oldest}` : `3.${oldest} to 3.${newest}`;
}

/** Oldest version of a range, such as `3.10`. */
export function oldestPython(range: PythonRange = {}): string {
  return `3.${minor(range.min, OLDEST)}`;
}

/** Whether a Python is in a range. */
export function fits(python: Python, range: PythonRange): boolean {
  return minorOf(python) >= minor(range.min, OLDEST) && minorOf(python) <= minor(range.max, NEWEST);
}

/** Minor number of a Python's version. */
export function minorOf(python: Python): number {
  return Number(python.version.split(".")[1]);
}

/** Minor number of a version such as `3.11`. */
export function minor(version: string | undefined, fallback: number): number {
  return version === undefined ? fallback : Number(version.slice(2));
}
