/**
 * Escapes text for a container's command, arguments and environment, in which Kubernetes replaces
 * `$(NAME)` with a variable and `$$` with `$`: doubles each `$`.
 * Source: kubernetes v1.34, third_party/forked/golang/expansion/expand.go.
 */
export function unexpanded(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/**
 * JSON that passes through a parameter of Argo unchanged. Braces in pairs are escaped within texts,
 * because `{{` starts a template anywhere, and so are all characters outside of printable ASCII,
 * because Argo quotes parameters the way Go does, which is not always valid JSON.
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
