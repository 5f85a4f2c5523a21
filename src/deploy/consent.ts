import { createInterface } from "node:readline/promises";

/** Whether the user can answer prompts at a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Asks the user to confirm. Without a terminal, the answer is no.
 *
 * @param yes whether the user passed --yes.
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
