import { defaultClusterSettings } from "../manifests/argo/cluster-settings";
import { RUN_KINDS, templateName } from "../manifests/argo/names";

/** Names of the WorkflowTemplates that all pipelines share. */
export const TEMPLATES: readonly string[] = RUN_KINDS.map((kind) =>
  templateName(kind, defaultClusterSettings),
);

/** Name of the template that also loads stored extracts. */
export const ARTIFACT_TEMPLATE = templateName("artifact", defaultClusterSettings);
