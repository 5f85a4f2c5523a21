import { createHash, createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connection } from "../cluster/connection";
import { html } from "../report/html";
import type { ConsoleActions } from "./actions";
import { clusterRights } from "./cluster-rights";
import type { Gate, Visitor } from "./gate";
import { plainPage } from "./page";
import { remember, type Timed } from "./remember";
import { bodyOf, checkOrigin, cookieOf, Refused } from "./requests";

/** How people are recognized. */
export interface ClusterGateArgs {
  /** Connects with the token of a person. */
  readonly connect: (token: string) => Promise<Connection>;
  /** The actions of a person, taken with their token. */
  readonly actionsOf: (connection: Connection) => ConsoleActions;
  readonly mayChange: boolean;
  /** Milliseconds since 1970. Default: this machine's clock. */
  readonly now?: () => number;
}

const COOKIE = "tapctl-console";
/** A person logs in again after this time. */
const SESSION_MS = 8 * 3600 * 1000;
/** The API server is asked again after this time: permissions and tokens may have been revoked. */
const CHECK_MS = 60_000;

/**
 * The gate of a console on a cluster. A person proves who they are with a bearer token of the
 * cluster: a proxy sends it with each request, or they enter it once and get a cookie. Whether it is
 * valid and what it permits is decided by the API server, with that token.
 */
export function clusterGate({
  connect,
  actionsOf,
  mayChange,
  now = Date.now,
}: ClusterGateArgs): Gate {
  const key = randomBytes(32);
  const sessions = new Map<string, Timed<string>>();
  const visitors = new Map<string, Timed<Promise<Visitor | undefined>>>();
  const visitorOf = (token: string): Promise<Visitor | undefined> => {
    const id = createHash("sha256").update(token).digest("hex");
    const known = visitors.get(id);
    if (known !== undefined && known.until > now()) return known.value;
    const value = visit(token);
    remember(visitors, id, { value, until: now() + CHECK_MS }, now());
    value.catch(() => visitors.delete(id));
    return value;
  };
  const visit = async (token: string): Promise<Visitor | undefined> => {
    const connection = await connect(token);
    const rights = await clusterRights(connection, mayChange);
    if (rights === undefined) return undefined;
    const csrf = createHmac("sha256", key).update(token).digest("base64url");
    return { rights, csrf, actions: rights.size === 0 ? undefined : actionsOf(connection) };
  };
  const logIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkOrigin(request);
    const token = (new URLSearchParams(await bodyOf(request)).get("token") ?? "").trim();
    if (!isToken(token) || (await visitorOf(token)) === undefined)
      return askForToken(response, 403, "This token is not valid, or may not read the pipelines.");
    const id = randomBytes(32).toString("base64url");
    remember(sessions, id, { value: token, until: now() + SESSION_MS }, now());
    const isSecure = request.headers["x-forwarded-proto"] === "https";
    response
      .writeHead(303, {
        location: "/",
        "set-cookie": `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`,
      })
      .end();
  };
  return {
    async admit(request, response, url) {
      if (request.method === "POST" && url.pathname === "/login") {
        await logIn(request, response);
        return undefined;
      }
      const sent = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
      const session = sessions.get(cookieOf(request, COOKIE) ?? "");
      const token = sent ?? (session && session.until > now() ? session.value : undefined);
      const visitor = token === undefined || !isToken(token) ? undefined : await visitorOf(token);
      if (visitor !== undefined) return visitor;
      if (sent !== undefined)
        throw new Refused(403, "Your token is not valid, or may not list workflows and read logs.");
      askForToken(response, 401);
      return undefined;
    },
  };
}

/** Whether a text can be sent as a token. */
function isToken(text: string): boolean {
  return /^[\w.~+/=-]{1,16384}$/.test(text);
}

function askForToken(response: ServerResponse, status: number, problem?: string): void {
  const reason =
    problem === undefined ? null : html`<p class="error whole" role="alert">${problem}</p>`;
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(
    plainPage(
      "Log in",
      html`${reason}<p>Enter a token of the cluster that may list workflows and read logs in the namespace of the pipelines. Create one with:</p><pre>kubectl create token SERVICE_ACCOUNT -n NAMESPACE</pre>
<form method="post" action="/login" class="do"><input type="password" name="token" aria-label="Token" autocomplete="off" required autofocus> <button type="submit">Log in</button></form>`,
    ),
  );
}
