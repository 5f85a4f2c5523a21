import { UserError } from "../common/errors";
import { VERSION } from "../common/package";

/** What a state records of a resource. */
interface Recorded {
  readonly type: string;
  readonly outputs?: { readonly [name: string]: unknown };
}

/**
 * Rejects a stack that was updated by a newer version, because this version might revert its
 * changes.
 *
 * @param recorded resources in the stack's state; the stack's outputs contain the version.
 */
export function refuseNewer(recorded: readonly Recorded[], own = VERSION): void {
  const made = recorded.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.["version"];
  if (typeof made === "string" && isNewer(made, own))
    throw new UserError(
      `The stack was last updated by tapctl ${made}, which is newer than this version, ${own}.`,
      {
        fix: `Upgrade first: npm install tapctl@${made}`,
      },
    );
}

/**
 * Whether a version is newer than another. Missing numbers count as equal, or as 0 if the other
 * version has more.
 */
export function isNewer(one: string, other: string): boolean {
  const [numbers, others] = [one, other].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  const different = numbers?.findIndex((number, index) => number !== others?.[index]) ?? -1;
  return different >= 0 && (numbers?.[different] ?? 0) > (others?.[different] ?? 0);
}
