import type { ClusterSettings } from "./cluster-settings";
import type { EnvVar, Volume, VolumeMount } from "./types";

type Settings = Pick<ClusterSettings, "certificateAuthority">;

const NAME = "certificate-authority";
const FOLDER = "/singer/certificates";
const FILE = "ca.pem";

/**
 * Variables with which Python's ssl, requests, curl and programs built on them find their
 * certificates.
 */
const VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/** Volume with the certificates that containers trust; none if they trust those of their image. */
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

/** Mount of {@link certificateVolumes}: a folder, so that an updated file reaches running pods. */
export function certificateMounts({ certificateAuthority }: Settings): VolumeMount[] {
  return certificateAuthority ? [{ name: NAME, mountPath: FOLDER, readOnly: true }] : [];
}

/** Environment variables with the path of the file in {@link certificateMounts}. */
export function certificateEnvironment({ certificateAuthority }: Settings): EnvVar[] {
  return certificateAuthority
    ? VARIABLES.map((name) => ({ name, value: `${FOLDER}/${FILE}` }))
    : [];
}
