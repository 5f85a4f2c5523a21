import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { UserError } from "../common/errors";
import type { Access } from "./access";
import { unreachable, type Verb } from "./api-errors";
import { pathOf, type Place } from "./resources";

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

const METHODS = {
  get: "GET",
  list: "GET",
  create: "POST",
  patch: "PATCH",
  delete: "DELETE",
} as const satisfies Record<Verb, string>;
const CONNECT_MS = 10_000;
const TRIES = 3;

/**
 * Sends requests over persistent connections and retries reads whose connection broke. Credentials
 * are read again when the API rejects them: tokens of exec plugins live for minutes, and token
 * files are replaced.
 */
export function requestSender(
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

export async function bodyText(answer: IncomingMessage): Promise<string> {
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
