import { createInterface } from "node:readline/promises";

/** Whether a user at a terminal can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Asks the user; without a terminal the answer is no.
 *
 * @param yes whether the user said yes to everything before.
 */
export async function consents(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!canAsk()) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
