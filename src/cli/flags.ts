import { UserError } from "../common/errors";

/** The whole number of a flag. @throws UserError for anything else. */
export function positive(flag: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(`${flag} ${text}: a whole number from 1 on`);
}
