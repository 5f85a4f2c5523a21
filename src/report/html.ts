/** Text that is safe where HTML is expected: made by {@link html} alone. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: text and numbers are escaped, lists joined. */
export type Content = Html | string | number | null | readonly Content[];

const ESCAPES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Characters that no text has, but that HTML forbids or that turn the direction of what follows. */
const UNPRINTABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * HTML from a template.
 *
 * @example html`<b title="${title}">${text}</b>`
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return {
    markup: parts.reduce(
      (text, part, index) => text + markupOf(contents[index - 1] ?? null) + part,
    ),
  };
}

/** HTML that this program wrote itself, such as a file of its own. */
export function trusted(markup: string): Html {
  return { markup };
}

/** Text as HTML has it, in an element or between quotes. */
export function escapeHtml(text: string): string {
  return text
    .replace(UNPRINTABLE, "\ufffd")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

function markupOf(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(content);
  return "markup" in content ? content.markup : content.map(markupOf).join("");
}
