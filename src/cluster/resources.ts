/** A kind of object, as in an RBAC rule. */
export interface Resource {
  /** API group; empty for the core one. */
  readonly group: string;
  readonly version: string;
  /** E.g. `workflows`. */
  readonly plural: string;
  /** Whether its objects are not namespaced. Default: false. */
  readonly clusterWide?: boolean;
}

const argo = (plural: string): Resource => ({ group: "argoproj.io", version: "v1alpha1", plural });
const core = (plural: string): Resource => ({ group: "", version: "v1", plural });

export const WORKFLOWS = argo("workflows");
export const CRON_WORKFLOWS = argo("cronworkflows");
export const WORKFLOW_TEMPLATES = argo("workflowtemplates");
export const PODS = core("pods");
export const EVENTS = core("events");
export const SERVICES = core("services");
export const SECRETS = core("secrets");
export const CONFIG_MAPS = core("configmaps");
export const NAMESPACES: Resource = { ...core("namespaces"), clusterWide: true };
export const EXTERNAL_SECRETS: Resource = {
  group: "external-secrets.io",
  version: "v1",
  plural: "externalsecrets",
};
export const DEPLOYMENTS: Resource = { group: "apps", version: "v1", plural: "deployments" };
export const ACCESS_REVIEWS: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  clusterWide: true,
};

/** The object or list that a request is about. */
export interface Place {
  readonly resource: Resource;
  /** Namespace; undefined for all. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** E.g. `log`. */
  readonly subresource?: string;
}

/**
 * Path of an object or a list in the API.
 *
 * @example `/apis/argoproj.io/v1alpha1/namespaces/pipelines/workflows/orders-7xk2p`
 */
export function pathOf({ resource, namespace, name, subresource }: Place): string {
  const { group, version, plural, clusterWide } = resource;
  const root = group === "" ? ["api", version] : ["apis", group, version];
  const within = clusterWide || namespace === undefined ? [] : ["namespaces", namespace];
  return `/${[...root, ...within, plural, ...(name === undefined ? [] : [name]), ...(subresource === undefined ? [] : [subresource])].map(encodeURIComponent).join("/")}`;
}
