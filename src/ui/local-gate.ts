import { randomBytes } from "node:crypto";
import { html } from "../report/html";
import type { ConsoleActions } from "./actions";
import type { Rights } from "./buttons";
import type { Gate } from "./gate";
import { cookieOf, isSame, Refused } from "./requests";

/** A gate with the address that opens it. */
export interface LocalGate extends Gate {
  /** Path with the token of this session. */
  readonly entrance: string;
}

/**
 * The gate of a console on this machine: other users of the machine can reach its port, so it opens
 * only to a browser that was given the token of the session. The token is exchanged for a cookie
 * that scripts cannot read and that other sites cannot send.
 */
export function localGate(
  cookieName: () => string,
  rights: Rights,
  actions: ConsoleActions | undefined,
): LocalGate {
  const [token, session, csrf] = [secret(), secret(), secret()];
  return {
    entrance: `/?token=${token}`,
    admit(request, response, url) {
      const given = url.pathname === "/" ? url.searchParams.get("token") : null;
      if (given !== null && isSame(given, token)) {
        // A page that continues by itself: after a redirect from another site, a strict cookie would not be sent.
        response
          .writeHead(200, {
            "content-type": "text/html; charset=utf-8",
            "set-cookie": `${cookieName()}=${session}; Path=/; HttpOnly; SameSite=Strict`,
          })
          .end(
            html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>tapctl</title></head><body><a href="/">Open the console</a></body></html>`
              .markup,
          );
        return Promise.resolve(undefined);
      }
      const cookie = cookieOf(request, cookieName());
      if (cookie === undefined || !isSame(cookie, session))
        return Promise.reject(
          new Refused(401, "Open the address that `tapctl ui` prints: it contains a token."),
        );
      return Promise.resolve({ rights, csrf, actions });
    },
  };
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}
