/** Lines of which the beginning and the end are kept, and what lies between them is counted. */
export class BoundedText {
  private readonly head: string[] = [];
  private readonly tail: string[] = [];
  private headRoom: number;
  private tailLength = 0;
  private omitted = 0;

  /** @param kept characters that are kept of the beginning, and as many of the end */
  constructor(private readonly kept: number) {
    this.headRoom = kept;
  }

  /** Adds a line; returns whether it belongs to the beginning. */
  add(line: string): boolean {
    const length = line.length + 1;
    if (this.tail.length === 0 && length <= this.headRoom) {
      this.headRoom -= length;
      this.head.push(line);
      return true;
    }
    this.tail.push(line);
    this.tailLength += length;
    // A single line that is too long stays: it is the end.
    while (this.tailLength > this.kept && this.tail.length > 1) {
      this.tailLength -= (this.tail.shift()?.length ?? 0) + 1;
      this.omitted += 1;
    }
    return false;
  }

  /** What comes after the beginning. */
  rest(): readonly string[] {
    return this.omitted === 0
      ? this.tail
      : [`... ${this.omitted.toLocaleString("en-US")} lines left out ...`, ...this.tail];
  }

  /** The beginning and the end. */
  text(): string {
    return [...this.head, ...this.rest()].join("\n");
  }
}
