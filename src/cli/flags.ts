import { UserError } from "../common/errors";

/** Parses the value of a flag as a positive integer. @throws UserError if it is not one. */
export function positive(flag: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(`Invalid value for ${flag}: "${text}".`, {
    fix: "Use a whole number, 1 or greater.",
  });
}
