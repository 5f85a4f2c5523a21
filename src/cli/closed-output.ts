let exitsOnClose = true;

/** Exits silently when the reader of standard output is gone, as in `tapctl logs NAME | head`. */
export function exitOnClosedOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (exitsOnClose) process.exit();
  });
}

/**
 * Keeps the process running when the reader of standard output is gone: for work that must not stop
 * midway.
 */
export function ignoreClosedOutput(): void {
  exitsOnClose = false;
}
