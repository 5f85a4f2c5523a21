import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A request is rejected: HTTP status and text for the reader. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Longest body of a request. */
const LONGEST_BODY = 64 * 1024;

/**
 * Headers of every response. A page can load only files of this server, and no other page can show
 * it in a frame, so that text from a run can neither run as a script nor leave the page.
 */
export const SECURITY_HEADERS: { readonly [name: string]: string } = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/**
 * Rejects requests for another host name, so that a page whose name resolves to this
 * machine (DNS rebinding) reads nothing.
 */
export function checkHost(request: IncomingMessage, isHost: (host: string) => boolean): void {
  const { host = "" } = request.headers;
  if (!isHost(host.toLowerCase()))
    throw new Refused(
      403,
      "This host name is not allowed. Use the address that the console prints.",
    );
}

/** Rejects a change that does not come from a page of this server. */
export function checkOrigin({ headers }: IncomingMessage): void {
  const origin = headers.origin ?? "";
  const isOwn = URL.canParse(origin) && new URL(origin).host === (headers.host ?? "").toLowerCase();
  const site = headers["sec-fetch-site"];
  if (!isOwn || (site !== undefined && site !== "same-origin"))
    throw new Refused(403, "The request comes from another page.");
}

/** Whether two secrets are equal; takes the same time for all of equal length. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The value of a cookie; undefined if the request has none of this name. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? "").split(/;\s*/).map((pair) => pair.split("="));
  return pairs.find(([key]) => key === name)?.[1];
}

/** The body of a request. @throws Refused if it is too long. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Refused(413, "The request is too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
