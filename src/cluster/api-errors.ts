import { UserError } from "../common/errors";
import { CONFIG_MAPS, SECRETS, WORKFLOW_TEMPLATES, type Place } from "./resources";

/** Verbs of a role's rule. */
export type Verb = "get" | "list" | "create" | "patch" | "delete";

/** The API refused a request: by its status. */
export class ApiError extends UserError {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message, 1);
    this.status = status;
  }
}

/** Whether the API refuses to answer whoever asks: asking again does not help. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** For `catch`: undefined where there is no such object; other errors go on. */
export function absent(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

/** For `catch`: undefined where one may not look, too; other errors go on. */
export function absentOrForbidden(error: unknown): undefined {
  if (!(error instanceof ApiError && (error.status === 404 || error.status === 403))) throw error;
}

/**
 * The rule that is missing, as a Role has it. Secrets and ConfigMaps are named, so that nobody is given all of them.
 *
 * @example `verbs: ["list"], resources: ["workflows"], apiGroups: ["argoproj.io"], in namespace "pipelines"`
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

/** What the answer of the API means for who asked. */
export function apiError(
  status: number,
  body: string,
  verb: Verb,
  place: Place,
  server: string,
): ApiError {
  const said = messageOf(body);
  const what = `${place.resource.plural}${place.name === undefined ? "" : ` "${place.name}"`}`;
  switch (status) {
    case 401:
      return new ApiError(
        status,
        `${server} does not know you: the kubeconfig's user is not logged in, or its certificate or token has ended`,
      );
    case 403:
      return new ApiError(
        status,
        `you may not ${verb} ${what}; missing rule: ${ruleOf(verb, place)}`,
      );
    case 404:
      return new ApiError(
        status,
        place.name === undefined
          ? `${server} knows no ${place.resource.plural}${place.resource.group === "" ? "" : ` of ${place.resource.group}`}: is Argo Workflows installed there?`
          : `there is no ${what} in namespace "${place.namespace ?? ""}"`,
      );
    default:
      return new ApiError(status, `${server} answered ${status} to ${verb} ${what}: ${said}`);
  }
}

/** The server gave no answer. */
export function unreachable(error: unknown, server: string, context: string): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(
    `no answer from the cluster at ${server} (context "${context}"): ${code ?? message}; is it running, and is it the one you mean? Choose another: --context NAME`,
    1,
  );
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string };
    if (message !== undefined) return message;
  } catch {
    // Not the API's own form, such as a proxy's page.
  }
  return body.split("\n")[0]?.slice(0, 200) ?? "";
}
