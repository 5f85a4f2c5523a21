import type { PodSecurityContext, SecurityContext } from "./types";

const RUNNER_UID = 1000;

/**
 * Security context of pods with a connector or the runner: not root, with access to their volumes.
 */
export const hardenedPod: PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: RUNNER_UID,
  runAsGroup: RUNNER_UID,
  fsGroup: RUNNER_UID,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Security context of containers with a connector or the runner. */
export const hardenedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/**
 * Security context of pods with images of users, which may need root and a writable file system.
 */
export const userPod: PodSecurityContext = { seccompProfile: { type: "RuntimeDefault" } };

/** Security context of containers with images of users. */
export const userContainer: SecurityContext = { allowPrivilegeEscalation: false };
