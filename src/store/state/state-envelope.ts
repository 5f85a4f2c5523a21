import { UserError } from "../../common/errors";
import { parseRecord, stringifyJson, whyNotJson, type JsonText } from "../../common/json";
import { ObjectStore } from "../object-store";

/** A saved Singer state and where it came from. */
export interface StateEnvelope {
  /** Version of the format. */
  readonly version: 1;
  /** The pipeline that saved it. */
  readonly pipeline: string;
  /** Id of the run, or of the manual change, that saved it. */
  readonly run: string;
  /** Identity of the tap whose state it is. */
  readonly tap: string;
  /** Fingerprint of the source that the tap read from; missing in states of older versions. */
  readonly source?: string;
  /** Identity of the target that holds the data up to it. */
  readonly target: string;
  /** Fingerprint of the destination that the target wrote to. */
  readonly destination: string;
  /**
   * Id of the run or change whose state was current before it; missing if there was none, and in
   * states of older versions.
   */
  readonly previous?: string;
  /** When it was saved, RFC 3339 in UTC. */
  readonly time: string;
  /**
   * Approximate bytes per stream in the last parallel run, used to balance the slices of the next
   * one.
   */
  readonly streamBytes?: { readonly [stream: string]: number };
  /** The state itself, as the tap wrote it. Never empty. */
  readonly state: JsonText;
}

/** The Singer state of what may be an envelope or the state itself. */
export function bareState(state: JsonText): JsonText {
  return (state.member("version") && state.member("state")) ?? state;
}

/** Whether a Singer state is empty: `null`, `{}`, `[]` or `""`. */
export function isEmptyState(state: JsonText): boolean {
  return state.kind === "null" || state.string === "" || state.isEmpty;
}

/** A stored state cannot be read. */
export class UnreadableState extends UserError {}

/** For `catch`: undefined for an unreadable state; rethrows other errors. */
export function noneIfUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableState)) {
    throw error;
  }
}

/** The text of an envelope; the state in it is unchanged. */
export const serializeEnvelope = (envelope: StateEnvelope): string =>
  `${stringifyJson(envelope, 2)}\n`;

/**
 * Reads a stored envelope.
 * @throws UnreadableState naming the key and how to repair it.
 */
export function parseEnvelope(
  store: ObjectStore,
  key: string,
  pipeline: string,
  body: Buffer,
): StateEnvelope {
  const unreadable = (what: string): UnreadableState =>
    new UnreadableState(`${key} in ${store.url} ${what}.`, {
      fix: ({ tapctl }) => `Restore an earlier state with: ${tapctl(`state rollback ${pipeline}`)}`,
    });
  const why = whyNotJson(body);
  if (why !== undefined) {
    throw unreadable(`is not JSON${why}`);
  }
  const value = parseRecord(body, ["state"]);
  if (
    value === undefined ||
    !("version" in value) ||
    value.state === undefined ||
    value.state === null
  ) {
    throw unreadable(
      "is not a saved state (an object with version, pipeline, run, tap, target, destination, time and state)",
    );
  }
  if (value.version !== 1) {
    throw unreadable(`has version ${JSON.stringify(value.version)}, this tapctl reads version 1`);
  }
  const wrong = ["pipeline", "run", "tap", "target", "destination", "time"].find(
    (name) => typeof value[name] !== "string",
  );
  if (wrong !== undefined) {
    throw unreadable(`is not a saved state ("${wrong}" has to be text)`);
  }
  return value as unknown as StateEnvelope;
}
