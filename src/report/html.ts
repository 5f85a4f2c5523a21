/** Markup that is safe to insert into HTML; created by {@link html} and {@link trusted}. */
export interface Html {
  readonly markup: string;
}

/** Template content: strings and numbers are escaped, lists are joined. */
export type Content = Html | string | number | null | readonly Content[];

const ESCAPES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Characters that HTML forbids or that change the text direction. */
const UNPRINTABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Builds HTML from a template.
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

/** Marks HTML written by this program as safe, e.g. one of its files. */
export function trusted(markup: string): Html {
  return { markup };
}

/** Escapes text for element content and quoted attributes. */
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
