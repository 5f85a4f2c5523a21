import type { PodSecurityContext, SecurityContext } from "./types";

const RUNNER_UID = 1000;

/** Pods of connectors and of the runner: not root, files of the volumes theirs. */
export const hardenedPod: PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: RUNNER_UID,
  runAsGroup: RUNNER_UID,
  fsGroup: RUNNER_UID,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Containers of connectors and of the runner. */
export const hardenedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Pods of images that users bring, which may need to be root in their container and to write in it. */
export const userPod: PodSecurityContext = { seccompProfile: { type: "RuntimeDefault" } };

/** Containers of images that users bring. */
export const userContainer: SecurityContext = { allowPrivilegeEscalation: false };
