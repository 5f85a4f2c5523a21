import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConsoleActions } from "./actions";
import type { Rights } from "./buttons";

/** Who reads the console. */
export interface Visitor {
  /** Actions that the visitor may take. */
  readonly rights: Rights;
  /** Token that the visitor's changes must carry. */
  readonly csrf: string;
  /** Takes the actions; undefined if the console is read-only. */
  readonly actions: ConsoleActions | undefined;
}

/** Decides who may read the console. */
export interface Gate {
  /**
   * The visitor of a request; undefined if the gate has answered it, e.g. with a form to log in.
   *
   * @throws Refused if the visitor may not read the console.
   */
  admit(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Visitor | undefined>;
}
