/**
 * The components of a stack, for programs that compose their own:
 * `import { Minio, SingerTemplate, Pipeline } from "tapctl/components"`.
 */
export * from "./argo/argo-workflows";
export * from "./argo/singer-template";
export * from "./argo/smoke-test";
export * from "./images/connector-image";
export * from "./images/images";
export * from "./monitoring/monitoring";
export * from "./pipelines/external-secrets";
export * from "./pipelines/pipeline";
export * from "./pipelines/pipelines-namespace";
export * from "./stack";
export * from "./store/artifact-repository";
export * from "./store/external-store";
export * from "./store/minio";
export * from "./store/object-store";
export {
  defaultClusterSettings,
  type ClusterSettings,
} from "../src/manifests/argo/cluster-settings";
export { readBuildContext } from "../src/manifests/images/build-context";
export { stackClusterSettings } from "../src/manifests/stack-cluster-settings";
export { loadSettings, type Settings } from "../src/settings/load-settings";
export type { Secrets } from "../src/settings/secrets";
