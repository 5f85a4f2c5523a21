/**
 * Whether a stream's name matches a pattern of the pipeline's `streams`, in which `*` stands for any
 * text. `fits` in images/singer/runner/selection.py is the same rule.
 */
export function matchesStream(pattern: string, stream: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(stream);
}
