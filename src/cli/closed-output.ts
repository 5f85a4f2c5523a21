let endsWithReader = true;

/** Ends the process, without a word, once nobody reads its standard output any more, as with `tapctl logs NAME | head`. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (endsWithReader) process.exit();
  });
}

/** Lets the process go on when nobody reads its output any more: for work that must not end half-way. */
export function goOnWithoutReader(): void {
  endsWithReader = false;
}
