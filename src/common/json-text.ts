import { parseTree, type Node } from "jsonc-parser";

/**
 * A JSON value that keeps its text, with access to its parts.
 *
 * JavaScript holds every number as a 64-bit float: `JSON.parse` turns 1234567890123456789 into
 * 1234567890123456800 and 1.10 into 1.1, and an object lists names such as "10" before all others.
 * JSON with values of users (states, settings, catalogs) is therefore kept as text, or parsed with
 * `parseJson`.
 */
export class JsonText {
  /** The text, byte for byte. */
  readonly text: string;
  readonly #source: string;
  readonly #node: Node;

  private constructor(source: string, node: Node) {
    this.text = source.slice(node.offset, node.offset + node.length);
    this.#source = source;
    this.#node = node;
  }

  /**
   * Parses a text without the surrounding whitespace and byte order mark.
   *
   * @throws SyntaxError if it is not JSON, is nested thousands of levels deep, or is not UTF-8.
   */
  static parse(text: string | Uint8Array): JsonText {
    const source = (typeof text === "string" ? text : decode(text)).replace(/^\ufeff/, "");
    // jsonc-parser accepts more than JSON.
    JSON.parse(source);
    return new JsonText(source, treeOf(source));
  }

  /** Kind of the value. */
  get kind(): "object" | "array" | "string" | "number" | "boolean" | "null" {
    return this.#node.type as Exclude<Node["type"], "property">;
  }

  /** Content of a string; undefined for other values. */
  get string(): string | undefined {
    return this.kind === "string" ? (this.#node.value as string) : undefined;
  }

  /**
   * Members of an object in order; the last one wins if a name is repeated. Empty for other values.
   */
  get members(): ReadonlyMap<string, JsonText> {
    return new Map(this.#properties().map(([name, value]) => [nameOf(name), this.#part(value)]));
  }

  /** Items of an array. Empty for other values. */
  get items(): readonly JsonText[] {
    return this.kind === "array" ? (this.#node.children ?? []).map((item) => this.#part(item)) : [];
  }

  /** Whether it is an object or array without content. */
  get isEmpty(): boolean {
    return (
      (this.kind === "object" || this.kind === "array") && (this.#node.children ?? []).length === 0
    );
  }

  /** A member of an object; undefined if there is none. */
  member(name: string): JsonText | undefined {
    return this.members.get(name);
  }

  /** The object with a member replaced in place, or appended. All other bytes are kept. */
  with(name: string, value: JsonText): JsonText {
    const last = this.#properties().at(-1);
    const same = this.#properties()
      .filter(([one]) => nameOf(one) === name)
      .at(-1);
    if (same) return this.#edited([{ node: same[1], text: value.text }]);
    const member = `${JSON.stringify(name)}: ${value.text}`;
    if (!last) return JsonText.parse(`{${member}}`);
    const end = last[1].offset + last[1].length;
    return this.#edited([{ node: { offset: end, length: 0 }, text: `, ${member}` }]);
  }

  /** The object without a member. All other bytes are kept. */
  without(name: string): JsonText {
    const properties = this.#node.children ?? [];
    const place = properties.findIndex(({ children }) => nameOf(children?.[0]) === name);
    const [property, next, before] = [
      properties[place],
      properties[place + 1],
      properties[place - 1],
    ];
    if (this.kind !== "object" || !property) return this;
    const offset = next || !before ? property.offset : before.offset + before.length;
    const end = next ? next.offset : property.offset + property.length;
    // A name may be repeated.
    return this.#edited([{ node: { offset, length: end - offset }, text: "" }]).without(name);
  }

  /**
   * The value with some of its strings replaced, but not the names of members. All other bytes are
   * kept.
   */
  replaceStrings(replace: (text: string) => string | undefined): JsonText {
    const edits = [...strings(this.#node)].flatMap((node) => {
      const text = replace(node.value as string);
      return text === undefined ? [] : [{ node, text: JSON.stringify(text) }];
    });
    return this.#edited(edits);
  }

  /** Fails, because `JSON.stringify` cannot write the text: use `stringifyJson`. */
  toJSON(): never {
    throw new TypeError("JsonText is written by stringifyJson, JSON.stringify would lose digits");
  }

  #properties(): readonly (readonly [Node, Node])[] {
    if (this.kind !== "object") return [];
    return (this.#node.children ?? []).map(({ children }) => children as [Node, Node]);
  }

  #part(node: Node): JsonText {
    return new JsonText(this.#source, node);
  }

  #edited(
    edits: readonly { readonly node: Pick<Node, "offset" | "length">; readonly text: string }[],
  ): JsonText {
    const { offset: start, length } = this.#node;
    const pieces: string[] = [];
    let done = start;
    for (const { node, text } of edits) {
      pieces.push(this.#source.slice(done, node.offset), text);
      done = node.offset + node.length;
    }
    const source = pieces.join("") + this.#source.slice(done, start + length);
    return edits.length === 0 ? this : new JsonText(source, treeOf(source));
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}

function treeOf(source: string): Node {
  try {
    return parseTree(source) as Node;
  } catch (error) {
    throw error instanceof RangeError ? new SyntaxError("nested too deeply") : error;
  }
}

function nameOf(name: Node | undefined): string {
  return name?.value as string;
}

function* strings(node: Node): Generator<Node> {
  if (node.type === "string") yield node;
  else if (node.type === "property") yield* strings(node.children?.[1] as Node);
  else for (const child of node.children ?? []) yield* strings(child);
}
