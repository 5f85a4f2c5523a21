const DEEP = " ".repeat(80);

/**
 * Indents the lines inside of `[…]` and `{…}`, as the YAML specification requires. PyYAML, which
 * Meltano uses, accepts any indentation. Line numbers do not change.
 */
export function indentFlowLines(text: string): string {
  let depth = 0;
  return text
    .split("\n")
    .map((line) => {
      const shifted = depth > 0 ? DEEP + line : line;
      depth = Math.max(0, depth + openedBy(line));
      return shifted;
    })
    .join("\n");
}

/** Number of brackets that a line leaves open, ignoring quotes and comments. */
function openedBy(line: string): number {
  const code = line.replace(/"(?:\\.|[^"\\])*"|'(?:''|[^'])*'/g, "").replace(/(^|\s)#.*$/, "");
  return (code.match(/[[{]/g) ?? []).length - (code.match(/[\]}]/g) ?? []).length;
}
