import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../common/errors";
import { packageFile } from "../common/package";
import { isRunId } from "../store/keys";
import { answerPlan, takeAction } from "./action-requests";
import { startEvents } from "./event-stream";
import type { Gate, Visitor } from "./gate";
import { sendLog } from "./log-events";
import { consolePage, messagePage } from "./page";
import { checkHost, Refused, SECURITY_HEADERS } from "./requests";
import type { ConsoleSource } from "./source";
import { sendView } from "./view-events";
import { viewOf } from "./views";

/** How the console is served. */
export interface ServeArgs {
  readonly source: ConsoleSource;
  readonly gate: Gate;
  /** Address to listen on, e.g. `127.0.0.1`. */
  readonly address: string;
  /** 0 for a free port. */
  readonly port: number;
  /** Whether the `Host` header may have this value, which is in lower case. */
  readonly isHost: (host: string, port: number) => boolean;
}

/** A running console. */
export interface ConsoleServer {
  readonly port: number;
  readonly close: () => void;
}

/** Files of the pages: path, file below the package, type. They contain no data. */
const FILES: { readonly [path: string]: readonly [string, string, string] } = {
  "/report.css": ["report", "page.css", "text/css; charset=utf-8"],
  "/console.css": ["ui", "console.css", "text/css; charset=utf-8"],
  "/console.js": ["ui", "console.js", "text/javascript; charset=utf-8"],
};

/**
 * Serves the console.
 *
 * @throws UserError if the port cannot be used.
 */
export async function serveConsole({
  source,
  gate,
  address,
  port,
  isHost,
}: ServeArgs): Promise<ConsoleServer> {
  const server = createServer((request, response) => {
    const at = (server.address() as AddressInfo).port;
    handle({ source, gate, isHost: (host) => isHost(host, at) }, request, response).catch(
      (error: unknown) => refuse(response, error),
    );
  });
  await listen(server, address, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new UserError(`Port ${port} of ${address} cannot be used (${error.code}).`, {
          fix: "Choose another port with --port, or stop the program that uses it.",
          exitCode: 1,
        }),
      ),
    );
    server.listen(port, address, resolve);
  });
}

interface Handling {
  readonly source: ConsoleSource;
  readonly gate: Gate;
  readonly isHost: (host: string) => boolean;
}

async function handle(
  { source, gate, isHost }: Handling,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const url = new URL(request.url ?? "/", "http://console");
  if (url.pathname === "/healthz") return void response.end("ok");
  checkHost(request, isHost);
  const file = Object.hasOwn(FILES, url.pathname) ? FILES[url.pathname] : undefined;
  if (file !== undefined) return sendFile(response, file);
  const visitor = await gate.admit(request, response, url);
  if (visitor === undefined) return;
  if (request.method === "POST" && url.pathname === "/actions")
    return takeAction(request, response, visitor, source);
  if (request.method !== "GET") throw new Refused(405, "This method is not supported.");
  switch (url.pathname) {
    case "/events":
      return sendEvents(source, visitor, response, url);
    case "/log": {
      const run = loggedRun(source, url);
      return sendLog(startEvents(response), source, run);
    }
    case "/plan":
      return answerPlan(response, url, visitor, source);
    default:
      return sendPage(source, visitor, response, url);
  }
}

/** The run of a log. @throws Refused if there is no such pipeline, or the id is not one of a run. */
function loggedRun({ live }: ConsoleSource, { searchParams }: URL) {
  const [pipeline, run] = [searchParams.get("pipeline") ?? "", searchParams.get("run") ?? ""];
  if (live.get(pipeline, new Date()) === undefined || !isRunId(run))
    throw new Refused(404, "This run does not exist.");
  return { pipeline, run };
}

async function sendPage(
  source: ConsoleSource,
  visitor: Visitor,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const view = await viewOf(source, url, visitor.rights);
  if (view === undefined) throw new Refused(404, "This page, pipeline or run does not exist.");
  sendHtml(
    response,
    200,
    consolePage({
      view,
      events: `/events?${new URLSearchParams({ page: url.pathname + url.search }).toString()}`,
      place: source.place,
      links: source.links,
      note: source.live.note,
      csrf: visitor.rights.size === 0 ? undefined : visitor.csrf,
    }),
  );
}

async function sendEvents(
  source: ConsoleSource,
  visitor: Visitor,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const page = url.searchParams.get("page") ?? "/";
  if (!/^\/(?!\/)/.test(page) || !URL.canParse(page, "http://console"))
    throw new Refused(400, "The page is not valid.");
  const at = new URL(page, "http://console");
  await sendView(startEvents(response), source.live, () => viewOf(source, at, visitor.rights));
}

function sendFile(
  response: ServerResponse,
  [folder, name, type]: readonly [string, string, string],
) {
  response.writeHead(200, { "content-type": type });
  response.end(readFileSync(packageFile("src", folder, name)));
}

function sendHtml(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(page);
}

/** Answers a failed request; an error of this program must not end the console. */
function refuse(response: ServerResponse, error: unknown): void {
  if (!(error instanceof Refused || error instanceof UserError))
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  if (response.headersSent) return void response.destroy();
  const status = error instanceof Refused ? error.status : error instanceof UserError ? 502 : 500;
  const text = error instanceof Error ? error.message : String(error);
  sendHtml(response, status, messagePage(TITLES[status] ?? "Error", text));
}

const TITLES: { readonly [status: number]: string } = {
  401: "Not logged in",
  403: "Not allowed",
  404: "Not found",
};
