import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { addDays, CURRENCIES, rateOf } from "./rates";

/** First day of the list if a request has none. */
const FIRST_DAY = "2026-11-02";

/** A local server that behaves like an exchange-rate service, with sample rates. */
export interface StandIn {
  /** URL of the server, such as `http://127.0.0.1:40001`, without a trailing slash. */
  readonly url: string;

  /** Last day in its list of rates. */
  readonly lastDay: string;

  /** Stops the server and closes open connections. */
  stop(): Promise<void>;
}

/**
 * Starts the sample source on a free port of the loopback interface.
 *
 * It serves two paths in the formats of the real services:
 * `GET /v2/rates?base=USD&quotes=EUR,GBP&from=2026-11-02` (a list of `{date, base, quote, rate}` up
 * to {@link StandIn.lastDay}, like Frankfurter) and `GET /v1/2026-11-02?base=USD` (one day as
 * `{date, base, rates}`, like the former exchangeratesapi).
 *
 * @param run number of earlier runs. The list grows by a day with each run, so that an incremental
 *   run finds new rows, and the rates of a single day change, so that reading it again makes a
 *   difference.
 */
export async function startStandIn(
  run: number,
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<StandIn> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const answer = answerTo(url, run);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  });
  await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lastDay: lastDayOf(run),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Response to a request, as served by {@link startStandIn}. */
export function answerTo(
  url: URL,
  run: number,
): { readonly status: number; readonly body: unknown } {
  const base = url.searchParams.get("base") ?? "USD";
  if (!CURRENCIES.includes(base))
    return { status: 404, body: { message: `base ${base} is not known` } };
  if (url.pathname === "/v2/rates") {
    const quotes = url.searchParams.get("quotes")?.split(",") ?? CURRENCIES;
    const unknown = quotes.find((quote) => !CURRENCIES.includes(quote));
    if (unknown !== undefined)
      return { status: 404, body: { message: `quote ${unknown} is not known` } };
    return {
      status: 200,
      body: listOfDays(url.searchParams.get("from") ?? FIRST_DAY, lastDayOf(run)).flatMap((date) =>
        rows(date, base, quotes),
      ),
    };
  }
  const day = /^\/v1\/(\d{4}-\d{2}-\d{2})$/.exec(url.pathname)?.[1];
  if (day !== undefined && !Number.isNaN(Date.parse(day))) {
    return {
      status: 200,
      body: {
        date: day,
        base,
        rates: Object.fromEntries(
          CURRENCIES.map((quote) => [quote, rateOf(day, base, quote, run)]),
        ),
      },
    };
  }
  return { status: 404, body: { message: "not found; there are /v2/rates and /v1/YYYY-MM-DD" } };
}

function lastDayOf(run: number): string {
  return addDays("2026-11-13", run);
}

function rows(date: string, base: string, quotes: readonly string[]): readonly object[] {
  return quotes
    .filter((quote) => quote !== base)
    .map((quote) => ({ date, base, quote, rate: rateOf(date, base, quote) }));
}

function listOfDays(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let day = from.slice(0, 10); day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}
