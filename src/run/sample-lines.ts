import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { parseJson } from "../common/json";

/** A message of a tap, as far as a sample looks at it. */
export interface SampleMessage {
  readonly type: string;
  readonly stream?: string;
  readonly [field: string]: unknown;
}

const CHUNK = 1 << 20;
/** Start of a record's line, which names its stream. */
const RECORD = /^\{\s*"type"\s*:\s*"RECORD"\s*,\s*"stream"\s*:\s*"([^"\\]+)"/;

/** The first records of each stream in a growing extract, and the lines around them. */
export class SampleLines {
  /** Records of each stream that were sent, those of the sample and others. */
  readonly counts = new Map<string, number>();
  /** The stream of the last record. */
  current: string | undefined;
  /** Lines of the sample: SCHEMA messages, the first records and the last STATE. */
  readonly lines: string[] = [];
  /** What is not a Singer message, or cannot be read. */
  readonly faults: string[] = [];
  private offset = 0;
  private rest = Buffer.alloc(0);
  private state: string | undefined;

  constructor(
    private readonly file: string,
    private readonly records: number,
  ) {}

  /** Reads what was added to the file since the last call. */
  read(): void {
    if (!existsSync(this.file)) return;
    const fd = openSync(this.file, "r");
    try {
      const buffer = Buffer.alloc(CHUNK);
      for (;;) {
        const count = readSync(fd, buffer, 0, CHUNK, this.offset);
        if (count === 0) return;
        this.offset += count;
        this.take(Buffer.concat([this.rest, buffer.subarray(0, count)]));
      }
    } finally {
      closeSync(fd);
    }
  }

  /** The lines of the sample, with the last STATE at the end. */
  all(): readonly string[] {
    return this.state === undefined ? this.lines : [...this.lines, this.state];
  }

  private take(data: Buffer): void {
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      this.line(data.subarray(start, end));
      start = end + 1;
    }
    this.rest = Buffer.from(data.subarray(start));
  }

  private line(data: Buffer): void {
    if (data.length === 0) return;
    const known = RECORD.exec(data.subarray(0, 300).toString("utf8"))?.[1];
    if (known !== undefined && (this.counts.get(known) ?? 0) >= this.records) {
      this.count(known);
      return;
    }
    const text = data.toString("utf8");
    const message = messageOf(text);
    if (message === undefined) this.faults.push("a line is not a Singer message");
    else if (message.type === "STATE") this.state = text;
    else if (message.type === "SCHEMA") this.lines.push(text);
    else if (message.type === "RECORD" && message.stream !== undefined) {
      if (this.count(message.stream) <= this.records) this.lines.push(text);
    } else if (message.type === "BATCH" && message.stream !== undefined) this.count(message.stream);
  }

  private count(stream: string): number {
    const count = (this.counts.get(stream) ?? 0) + 1;
    this.counts.set(stream, count);
    this.current = stream;
    return count;
  }
}

/** The message in a line; undefined if it is none. */
export function messageOf(line: string): SampleMessage | undefined {
  try {
    const value: unknown = parseJson(line);
    return typeof value === "object" && value !== null && "type" in value
      ? (value as SampleMessage)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
