import { UserError } from "../common/errors";
import { VERSION } from "../common/package";

/** What a state records of a resource. */
interface Recorded {
  readonly type: string;
  readonly outputs?: { readonly [name: string]: unknown };
}

/**
 * Refuses a stack that a newer version of this project has made, which may have what this one would take away again.
 *
 * @param recorded what the stack's state has; its outputs tell the version.
 */
export function refuseNewer(recorded: readonly Recorded[], own = VERSION): void {
  const made = recorded.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.["version"];
  if (typeof made === "string" && isNewer(made, own))
    throw new UserError(
      `the stack was last updated by version ${made} of tapctl, and this is ${own}\nInstall the newer one first: npm install tapctl@${made}`,
    );
}

/** Whether one version comes after another; numbers that one does not say count as equal, or as 0 where the other has more. */
export function isNewer(one: string, other: string): boolean {
  const [numbers, others] = [one, other].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  const different = numbers?.findIndex((number, index) => number !== others?.[index]) ?? -1;
  return different >= 0 && (numbers?.[different] ?? 0) > (others?.[different] ?? 0);
}
