import type { IncomingMessage } from "node:http";
import { DEFAULT_NAMESPACE } from "../common/commands";
import { type Access, accessOf } from "./access";
import { apiError, unreachable } from "./api-errors";
import { chooseContext, type ChosenContext } from "./kubeconfig";
import { type ApiRequest, requestSender, bodyText } from "./send-request";

/** Selects the cluster. */
export interface ConnectionArgs {
  /** Context of the kubeconfig. Default: its current one. */
  readonly context?: string | undefined;
  /** Namespace of the pipelines. Default: the context's own, else `pipelines`. */
  readonly namespace?: string | undefined;
}

/** Facts about the API server. */
export interface ApiFacts {
  /** Version of Kubernetes, e.g. `v1.34.1`. */
  readonly version: string;
  /** The server's clock, in milliseconds since 1970. */
  readonly time: number;
  /** Installed Argo resources, e.g. `workflows`; undefined if there are none. */
  readonly argo: readonly string[] | undefined;
}

/** A connection to a cluster with the user's credentials. */
export interface Connection {
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** Address of the API. */
  readonly server: string;
  /** For functions of the client library. */
  readonly access: Access;
  /**
   * Sends a request and parses the JSON response.
   *
   * @throws ApiError if it is rejected, UserError if the cluster is unreachable.
   */
  ask<T>(request: ApiRequest): Promise<T>;
  /** Sends a request and returns the response as a stream. @throws like `ask`. */
  stream(request: ApiRequest): Promise<IncomingMessage>;
  /** Facts about the API server. @throws UserError if the cluster is unreachable. */
  about(): Promise<ApiFacts>;
}

/** Reads the kubeconfig; the first request connects to the cluster. */
export async function connect({ context, namespace }: ConnectionArgs): Promise<Connection> {
  return connectTo(chooseContext(context), namespace);
}

/** Connects to the cluster of a context. */
export async function connectTo(chosen: ChosenContext, namespace?: string): Promise<Connection> {
  const { context } = chosen;
  const access = await accessOf(chosen);
  const server = String(chosen.cluster["server"]);
  const send = requestSender(access, server, context);
  const stream = async (request: ApiRequest): Promise<IncomingMessage> => {
    const verb = request.verb ?? "get";
    const answer = await send(verb, request);
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw apiError(status, await bodyText(answer), verb, request, server);
  };
  return {
    context,
    namespace: namespace ?? chosen.namespace ?? DEFAULT_NAMESPACE,
    server,
    access,
    stream,
    about: async () => {
      const answer = await send("get", "/version");
      const time = Date.parse(answer.headers.date ?? "");
      const { gitVersion } = JSON.parse(await bodyText(answer)) as { readonly gitVersion?: string };
      const kinds = await send("get", "/apis/argoproj.io/v1alpha1");
      const list = await bodyText(kinds);
      const argo =
        kinds.statusCode === 200
          ? (
              JSON.parse(list) as { readonly resources: readonly { readonly name: string }[] }
            ).resources.map(({ name }) => name)
          : undefined;
      return { version: gitVersion ?? "unknown", time, argo };
    },
    ask: async <T>(request: ApiRequest) => {
      const answer = await stream(request);
      const body = await bodyText(answer).catch((error: unknown) => {
        throw unreachable(error, server, context);
      });
      return JSON.parse(body) as T;
    },
  };
}
