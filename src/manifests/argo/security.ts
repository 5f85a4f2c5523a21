import type { PodSecurityLevel } from "../namespace-labels";
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

/** Security context of pods with images of users, which need a writable file system. */
export function userPod(level: PodSecurityLevel): PodSecurityContext {
  return {
    ...(level === "restricted" && { runAsNonRoot: true }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Security context of containers with images of users. */
export function userContainer(level: PodSecurityLevel): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    ...(level === "restricted" && { capabilities: { drop: ["ALL"] } }),
  };
}

/**
 * Security context of Argo's containers. They run as the same user as connectors, whose files they
 * store.
 */
export const executorContainer = {
  runAsNonRoot: true,
  runAsUser: RUNNER_UID,
  runAsGroup: RUNNER_UID,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
