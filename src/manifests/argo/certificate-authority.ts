import type { ClusterSettings } from "./cluster-settings";
import type { EnvVar, Volume, VolumeMount } from "./types";

type Settings = Pick<ClusterSettings, "certificateAuthority">;

const NAME = "certificate-authority";
const FOLDER = "/singer/certificates";
const FILE = "ca.pem";

/** Variables by which Python's ssl, requests and curl, and what is built on them, find the certificates they trust. */
const VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/** The volume of the certificates that a pod's containers trust; none where the image's own are trusted. */
export function certificateVolumes({ certificateAuthority: authority }: Settings): Volume[] {
  return authority
    ? [
        {
          name: NAME,
          configMap: { name: authority.configMap, items: [{ key: authority.key, path: FILE }] },
        },
      ]
    : [];
}

/** Where {@link certificateVolumes} are seen: as a folder, so that a renewed file reaches pods that are there. */
export function certificateMounts({ certificateAuthority }: Settings): VolumeMount[] {
  return certificateAuthority ? [{ name: NAME, mountPath: FOLDER, readOnly: true }] : [];
}

/** Environment by which a container finds the file below {@link certificateMounts}. */
export function certificateEnvironment({ certificateAuthority }: Settings): EnvVar[] {
  return certificateAuthority
    ? VARIABLES.map((name) => ({ name, value: `${FOLDER}/${FILE}` }))
    : [];
}
