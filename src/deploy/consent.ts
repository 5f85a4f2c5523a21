import { openPrompt } from "../common/prompt";

/** Whether the user can answer prompts at a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Asks the user to confirm. Without a terminal, the answer is no.
 *
 * @param yes whether the user passed --yes.
 * @throws UserError if the user presses Ctrl-C or Ctrl-D.
 */
export async function consents(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!canAsk()) return false;
  const prompt = openPrompt();
  try {
    return /^y(es)?$/i.test(await prompt.ask(`${question} [y/N] `));
  } finally {
    prompt.close();
  }
}
