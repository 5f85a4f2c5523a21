import { createInterface } from "node:readline/promises";
import { UserError } from "./errors";

/** Questions at the terminal. */
export interface Prompt {
  /**
   * The user's answer, without surrounding blanks.
   *
   * @throws UserError if the user presses Ctrl-C or Ctrl-D.
   */
  readonly ask: (question: string) => Promise<string>;
  /** Gives the terminal back. */
  readonly close: () => void;
}

/** Exit code of a program that was interrupted with Ctrl-C. */
const INTERRUPTED = 130;

/** Opens the terminal for questions; call it only if there is one. */
export function openPrompt(): Prompt {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return {
    ask: async (question) => {
      try {
        return (await terminal.question(question)).trim();
      } catch (error) {
        if (!isAbort(error)) throw error;
        process.stdout.write("\n");
        throw new UserError("Canceled at the prompt.", INTERRUPTED);
      }
    },
    close: () => terminal.close(),
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
