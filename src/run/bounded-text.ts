import { formatNumber } from "../common/format-number";

/** Keeps the first and last lines of a text, and counts the lines omitted in between. */
export class BoundedText {
  private readonly head: string[] = [];
  private readonly tail: string[] = [];
  private headRoom: number;
  private tailLength = 0;
  private omitted = 0;

  /** @param kept number of characters to keep at the start and at the end */
  constructor(private readonly kept: number) {
    this.headRoom = kept;
  }

  /** Adds a line. Returns whether it belongs to the start. */
  add(line: string): boolean {
    const length = line.length + 1;
    if (this.tail.length === 0 && length <= this.headRoom) {
      this.headRoom -= length;
      this.head.push(line);
      return true;
    }
    this.tail.push(line);
    this.tailLength += length;
    // A single line that is too long is kept: it is the end.
    while (this.tailLength > this.kept && this.tail.length > 1) {
      this.tailLength -= (this.tail.shift()?.length ?? 0) + 1;
      this.omitted += 1;
    }
    return false;
  }

  /** The end, with the note about omitted lines. */
  rest(): readonly string[] {
    return this.omitted === 0
      ? this.tail
      : [`... ${formatNumber(this.omitted)} lines left out ...`, ...this.tail];
  }

  /** The start and the end. */
  text(): string {
    return [...this.head, ...this.rest()].join("\n");
  }
}
