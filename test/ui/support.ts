import { mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { commandsFor } from "../../src/common/commands";
import { openFolder } from "../../src/store/folder";
import type { ConsoleActions } from "../../src/ui/actions";
import type { Rights } from "../../src/ui/buttons";
import { livePipelines, type Reading } from "../../src/ui/live";
import { serveLocally } from "../../src/ui/serve-locally";
import type { ConsoleSource } from "../../src/ui/source";
import { sampleReadings } from "../report/support";

/** A source of sample pipelines without a log; its store is an empty folder. */
export function sampleSource(
  t: Pick<TestContext, "after">,
  readings: readonly Reading[] = sampleReadings(),
): ConsoleSource {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-ui-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const live = livePipelines([]);
  readings.forEach((reading) => live.set(reading));
  return {
    live,
    store: openFolder(folder),
    place: 's3://singer of the cluster "prod"',
    links: [{ name: "Argo Workflows", url: "http://localhost:2746" }],
    commands: commandsFor(),
    refresh: () => Promise.resolve(),
    steps: () => Promise.resolve([]),
    followLog: () => Promise.resolve(),
  };
}

/** An answer of the console. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request to the console; headers may be forged, as only a program can. */
export interface Ask {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** A console with its reader's cookie. */
export interface OpenConsole {
  readonly url: string;
  readonly origin: string;
  readonly cookie: string;
  /** Sends a request without the cookie. */
  readonly ask: (path: string, options?: Ask) => Promise<Answer>;
  /** Sends a request as the reader's browser does. */
  readonly read: (path: string, options?: Ask) => Promise<Answer>;
  /** Sends a change as the page does, with the token of the page. */
  readonly change: (body: unknown, headers?: Ask["headers"]) => Promise<Answer>;
}

/** Serves a console and opens it like a browser. */
export async function openConsole(
  t: TestContext,
  source: ConsoleSource,
  changes?: { readonly rights: Rights; readonly actions: ConsoleActions },
): Promise<OpenConsole> {
  const server = await serveLocally({ source, port: 0, ...(changes && { changes }) });
  t.after(() => server.close());
  return enter(server.url);
}

/** Opens the address that a console prints, like a browser. */
export async function enter(url: string): Promise<OpenConsole> {
  const { origin } = new URL(url);
  const ask = (path: string, options: Ask = {}) => send(origin + path, options);
  const entered = await send(url, {});
  const [cookie = ""] = (entered.headers["set-cookie"]?.[0] ?? "").split(";");
  const read = (path: string, options: Ask = {}) =>
    ask(path, { ...options, headers: { cookie, ...options.headers } });
  return {
    url,
    origin,
    cookie,
    ask,
    read,
    change: async (body, headers = {}) => {
      const page = await read("/");
      const csrf = /name="csrf" content="([^"]+)"/.exec(page.body)?.[1] ?? "";
      return read("/actions", {
        method: "POST",
        headers: { origin, "content-type": "application/json", "x-csrf": csrf, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
    },
  };
}

function send(url: string, { method = "GET", headers = {}, body }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response
        .setEncoding("utf8")
        .on("data", (part: string) => (text += part))
        .on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Reads the events of an address until one satisfies the test; then it leaves. */
export function eventsUntil(
  { origin, cookie }: OpenConsole,
  path: string,
  isLast: (data: unknown, name: string) => boolean,
): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const found: unknown[] = [];
    let text = "";
    const sent = request(origin + path, { headers: { cookie }, agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const data = /^data: ([^\n]*)$/m.exec(block)?.[1];
          if (data === undefined) continue;
          found.push(JSON.parse(data));
          if (!isLast(found.at(-1), /^event: (.*)$/m.exec(block)?.[1] ?? "message")) continue;
          resolve(found);
          sent.destroy();
        }
      });
      response.on("close", () => reject(new Error(`ended after ${JSON.stringify(found)}`)));
    });
    sent.on("error", reject);
    sent.end();
  });
}
