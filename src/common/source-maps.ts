/**
 * Runs `work` while stack traces show compiled files. Pulumi reads a stack trace for every resource
 * and promise; to look up their sources takes a tenth of the time until a stack is registered. An
 * error that `work` throws still shows its sources, because its stack trace is only written when it
 * is read.
 */
export function withoutSourceMaps<T>(work: () => T): T {
  const isEnabled = process.sourceMapsEnabled;
  process.setSourceMapsEnabled(false);
  try {
    return work();
  } finally {
    process.setSourceMapsEnabled(isEnabled);
  }
}
