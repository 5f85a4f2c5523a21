import { rmSync } from "node:fs";

/**
 * Removes a folder of a program that may have been stopped. Processes that it started may still
 * write there; the folder then stays.
 */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
}
