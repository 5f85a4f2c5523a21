const DEEP = " ".repeat(80);

/**
 * A YAML text whose lines inside of `[…]` and `{…}` are indented, as YAML asks: PyYAML, by which Meltano reads its
 * files, lets them stand anywhere. Lines stay on their numbers.
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

/** How many brackets a line leaves open, those in quotes and comments aside. */
function openedBy(line: string): number {
  const code = line.replace(/"(?:\\.|[^"\\])*"|'(?:''|[^'])*'/g, "").replace(/(^|\s)#.*$/, "");
  return (code.match(/[[{]/g) ?? []).length - (code.match(/[\]}]/g) ?? []).length;
}
