import { isFields, quote, type Fields } from "./checks";

/**
 * The folder that tap and target share in stream mode on a cluster; `WORK` in
 * src/manifests/argo/store-artifacts.ts.
 */
const SHARED = "/singer/work/";

/** A tap that writes batches to files: the target must be able to read them on the cluster. */
export function batchFiles({ mode, tap }: Fields): readonly string[] {
  const settings = isFields(tap) && isFields(tap["settings"]) ? tap["settings"] : {};
  const config = settings["batch_config"];
  if (!isFields(config)) return [];
  const root = isFields(config["storage"]) ? config["storage"]["root"] : undefined;
  const path = typeof root === "string" ? localPath(root) : undefined;
  if (root !== undefined && path === undefined) return [];
  if (mode === "stream" && path?.startsWith(SHARED)) return [];
  const which =
    path === undefined ? "without a storage root" : `with the storage root ${quote(String(root))}`;
  return [
    `tap setting "batch_config" ${which}: on the cluster the target cannot read files on the tap's disk\nUse an object store as root, such as "s3://bucket/batches", or mode "stream" and "file://${SHARED}batches", or remove batch_config.`,
  ];
}

/** Path of a root on the tap's disk; undefined for an object store or a secret. */
function localPath(root: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(root);
  if (scheme === null) return root;
  return scheme[1]?.toLowerCase() === "file" || scheme[1]?.toLowerCase() === "osfs"
    ? root.slice(scheme[0].length)
    : undefined;
}
