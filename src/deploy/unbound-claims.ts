import type { CommandResult } from "../common/command";
import { UserError } from "../common/errors";

interface Claim {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: { readonly [name: string]: string };
  };
  readonly spec: { readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

/**
 * Deletes the volume claims of an interrupted Helm installation that have no volume, and so no data.
 * Their class and size cannot be changed, so the next installation would wait for a volume that the
 * corrected settings no longer require.
 *
 * @returns the claims, as `NAMESPACE/NAME`.
 */
export function deleteUnboundClaims(
  release: { readonly name: string; readonly namespace: string },
  kubectl: (args: readonly string[]) => CommandResult,
): readonly string[] {
  const { namespace } = release;
  const call = (args: readonly string[]): string => {
    const { ok, output, error } = kubectl(["-n", namespace, ...args]);
    if (ok) return output;
    throw new UserError(
      `The volume claims of the Helm release "${release.name}" in namespace "${namespace}" cannot be read or deleted: ${error.split("\n").at(-1)}`,
      { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
    );
  };
  const output = call(["get", "persistentvolumeclaims", "-o", "json"]);
  const claims = (JSON.parse(output) as { readonly items: readonly Claim[] }).items;
  const names = claims
    .filter((claim) => isUnbound(claim) && belongsTo(claim, release.name))
    .map(({ metadata: { name } }) => name);
  if (names.length > 0) call(["delete", "persistentvolumeclaims", ...names, "--ignore-not-found"]);
  return names.map((name) => `${namespace}/${name}`);
}

function isUnbound({ spec: { volumeName = "" }, status }: Claim): boolean {
  return status?.phase === "Pending" && volumeName === "";
}

function belongsTo({ metadata: { annotations = {} } }: Claim, release: string): boolean {
  return annotations["meta.helm.sh/release-name"] === release;
}
