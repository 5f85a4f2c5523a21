/**
 * Text for a container's command, arguments and environment, where Kubernetes replaces `$(NAME)` by a variable and
 * `$$` by `$`: each `$` is doubled, so that the text arrives byte for byte.
 * Source: kubernetes v1.34, third_party/forked/golang/expansion/expand.go.
 */
export function unexpanded(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/**
 * JSON that Argo carries in a parameter without a change. Pairs of braces within texts are escaped, because `{{` opens a
 * template wherever it stands, and so is all that is not printable ASCII, because Argo quotes a parameter as Go does,
 * which for some characters is not JSON.
 * Source: argo-workflows v4.1.2, util/template/simple_template.go, 70-76.
 */
export function untemplatedJson(value: unknown): string {
  return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/\{(?=\{)|\}(?=\})|[^ -~]/g, escaped),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
