import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { DEFAULT_NAMESPACE } from "../common/commands";
import { UserError } from "../common/errors";
import { apiError, unreachable, type Verb } from "./api-errors";
import { accessOf, type Access } from "./access";
import { chooseContext, type ChosenContext } from "./kubeconfig";
import { pathOf, type Place } from "./resources";

/** Selects the cluster. */
export interface ConnectionArgs {
  /** Context of the kubeconfig. Default: its current one. */
  readonly context?: string | undefined;
  /** Namespace of the pipelines. Default: the context's own, else `pipelines`. */
  readonly namespace?: string | undefined;
}

/** A request to the API. */
export interface ApiRequest extends Place {
  /** Default: `get`. */
  readonly verb?: Verb;
  readonly query?: { readonly [name: string]: string | number | undefined };
  /** Object to create, or a merge patch. */
  readonly body?: object;
  /** Default: `application/json`. */
  readonly accept?: string;
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

const METHODS = {
  get: "GET",
  list: "GET",
  create: "POST",
  patch: "PATCH",
  delete: "DELETE",
} as const satisfies Record<Verb, string>;
const CONNECT_MS = 10_000;
const TRIES = 3;

/** Reads the kubeconfig; the first request connects to the cluster. */
export async function connect({ context, namespace }: ConnectionArgs): Promise<Connection> {
  return connectTo(chooseContext(context), namespace);
}

/** Connects to the cluster of a context. */
export async function connectTo(chosen: ChosenContext, namespace?: string): Promise<Connection> {
  const { context } = chosen;
  const access = await accessOf(chosen);
  const server = String(chosen.cluster["server"]);
  const send = sender(access, server, context);
  const stream = async (request: ApiRequest): Promise<IncomingMessage> => {
    const verb = request.verb ?? "get";
    const answer = await send(verb, request);
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw apiError(status, await text(answer), verb, request, server);
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
      const { gitVersion } = JSON.parse(await text(answer)) as { readonly gitVersion?: string };
      const kinds = await send("get", "/apis/argoproj.io/v1alpha1");
      const list = await text(kinds);
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
      const body = await text(answer).catch((error: unknown) => {
        throw unreachable(error, server, context);
      });
      return JSON.parse(body) as T;
    },
  };
}

/**
 * Sends requests over persistent connections and retries reads whose connection broke. Credentials
 * are read again when the API rejects them: tokens of exec plugins live for minutes, and token
 * files are replaced.
 */
function sender(
  access: Access,
  server: string,
  context: string,
): (verb: Verb, request: ApiRequest | string) => Promise<IncomingMessage> {
  let options: Promise<https.RequestOptions> | undefined;
  const current = () =>
    (options ??= requestOptions(access, server, context).catch((error: unknown) => {
      options = undefined;
      throw error;
    }));
  const send = async (
    base: https.RequestOptions,
    verb: Verb,
    request: ApiRequest | string,
  ): Promise<IncomingMessage> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(base, server, verb, request);
      } catch (error) {
        const again =
          METHODS[verb] === "GET" &&
          tries < TRIES &&
          ["ECONNRESET", "EPIPE", "socket hang up"].includes(
            (error as NodeJS.ErrnoException).code ?? "",
          );
        if (!again) throw unreachable(error, server, context);
      }
    }
  };
  return async (verb, request) => {
    const used = current();
    const answer = await send(await used, verb, request);
    if (answer.statusCode !== 401) return answer;
    answer.resume();
    // Of several parallel requests, only the first discards the rejected credentials.
    if (options === used) options = undefined;
    return send(await current(), verb, request);
  };
}

/** Credentials from the kubeconfig: a certificate, a token, or the output of an exec plugin. */
async function requestOptions(
  access: Access,
  server: string,
  context: string,
): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  try {
    await access.applyToHTTPSOptions(options);
  } catch (error) {
    throw new UserError(
      `Context "${context}" of the kubeconfig cannot be used for ${server}: ${(error as Error).message.split("\n")[0]}`,
      { fix: "Check its user, or choose another context with --context NAME.", exitCode: 1 },
    );
  }
  const agent = options.agent as https.Agent & { keepAlive?: boolean };
  agent.keepAlive = true;
  return options;
}

function once(
  base: https.RequestOptions,
  server: string,
  verb: Verb,
  asked: ApiRequest | string,
): Promise<IncomingMessage> {
  const request: Partial<ApiRequest> = typeof asked === "string" ? {} : asked;
  const url = new URL(
    server.replace(/\/$/, "") + (typeof asked === "string" ? asked : pathOf(asked)),
  );
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const headers: http.OutgoingHttpHeaders = {
    ...(base.headers as http.OutgoingHttpHeaders | undefined),
    accept: request.accept ?? "application/json",
    "accept-encoding": request.subresource === "log" ? "identity" : "gzip",
    ...(body !== undefined && {
      "content-type": verb === "patch" ? "application/merge-patch+json" : "application/json",
      "content-length": Buffer.byteLength(body),
    }),
  };
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === "http:" ? http : https;
    const sent = send(url, { ...base, method: METHODS[verb], headers }, resolve);
    sent.on("error", reject);
    sent.setTimeout(CONNECT_MS, () => {
      // A followed log may be silent for a long time without the connection being dead.
      if (request.query?.["follow"] !== "true")
        sent.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" }));
    });
    sent.end(body);
  });
}

async function text(answer: IncomingMessage): Promise<string> {
  // pipeline() instead of pipe(): if the response breaks off, pipe() would wait forever. The reader
  // gets the error.
  const source =
    answer.headers["content-encoding"] === "gzip"
      ? pipeline(answer, createGunzip(), () => undefined)
      : answer;
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
