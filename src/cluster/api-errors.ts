import { UserError } from "../common/errors";
import { CONFIG_MAPS, SECRETS, WORKFLOW_TEMPLATES, type Place } from "./resources";

/** Verbs of a role's rule. */
export type Verb = "get" | "list" | "create" | "patch" | "delete";

/** The API rejected a request. */
export class ApiError extends UserError {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, problem: string, fix?: string) {
    super(problem, { ...(fix !== undefined && { fix }), exitCode: 1 });
    this.status = status;
  }
}

/** Whether the API denies access, in which case retrying does not help. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** For `catch`: undefined if the object does not exist; rethrows other errors. */
export function absent(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

/**
 * For `catch`: undefined if the object does not exist or access is denied; rethrows other errors.
 */
export function absentOrForbidden(error: unknown): undefined {
  if (!(error instanceof ApiError && (error.status === 404 || error.status === 403))) throw error;
}

/**
 * The missing RBAC rule. It names individual Secrets and ConfigMaps, so that no Role grants access
 * to all of them.
 *
 * @example `verbs: ["list"], resources: ["workflows"], apiGroups: ["argoproj.io"], in namespace
 *   "pipelines"`
 */
export function ruleOf(verb: Verb, { resource, namespace, name, subresource }: Place): string {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const where =
    resource.clusterWide || namespace === undefined
      ? "in a ClusterRole"
      : `in namespace "${namespace}"`;
  const named =
    name !== undefined &&
    (resource === SECRETS || resource === CONFIG_MAPS || resource === WORKFLOW_TEMPLATES)
      ? `, resourceNames: ["${name}"]`
      : "";
  return `verbs: ["${verb}"], resources: ["${plural}"], apiGroups: ["${resource.group}"]${named}, ${where}`;
}

/** Converts a response of the API to an error. */
export function apiError(
  status: number,
  body: string,
  verb: Verb,
  place: Place,
  server: string,
): ApiError {
  const message = messageOf(body);
  const what = `${place.resource.plural}${place.name === undefined ? "" : ` "${place.name}"`}`;
  switch (status) {
    case 401:
      return new ApiError(
        status,
        `${server} rejected your credentials: the kubeconfig user is not logged in, or its certificate or token has expired.`,
        "Log in to the cluster again.",
      );
    case 403:
      return new ApiError(
        status,
        `You are not allowed to ${verb} ${what}.`,
        `Missing rule: ${ruleOf(verb, place)}`,
      );
    case 404:
      return place.name === undefined
        ? new ApiError(
            status,
            `${server} has no resource ${place.resource.plural}${place.resource.group === "" ? "" : ` in ${place.resource.group}`}.`,
            "Check that Argo Workflows is installed there.",
          )
        : new ApiError(
            status,
            `${what} does not exist in namespace "${place.namespace ?? ""}".`,
            "Check the name and the namespace.",
          );
    default:
      return new ApiError(status, `${server} answered ${status} to ${verb} ${what}: ${message}`);
  }
}

/** The server did not answer. */
export function unreachable(error: unknown, server: string, context: string): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(
    `No answer from the cluster at ${server} (context "${context}"): ${code ?? message}.`,
    { fix: "Check that it is running, or choose another one with --context NAME.", exitCode: 1 },
  );
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string };
    if (message !== undefined) return message;
  } catch {
    // Not a Status object of the API, e.g. a proxy's page.
  }
  return body.split("\n")[0]?.slice(0, 200) ?? "";
}
