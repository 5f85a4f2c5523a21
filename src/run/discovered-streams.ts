import { plural } from "../common/plural";
import type { StreamSelection } from "../model/stream-rules";
import { matchesStream } from "../model/stream-pattern";

/** A stream of a discovered catalog. */
export interface DiscoveredStream {
  readonly stream?: string;
  readonly tap_stream_id: string;
  readonly metadata?: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: { readonly [name: string]: unknown };
  }[];
}

/** Names in a line. */
const MOST_NAMES = 10;

/** Schemas of databases that describe the database itself. */
const SYSTEM = /^(information_schema|pg_catalog|performance_schema|mysql|sys)-/;

/**
 * What a pipeline takes of the streams that its tap found.
 *
 * @param rules the pipeline's selection; undefined if it has none, and the tap decides.
 * @returns whether it takes any, and a line about it.
 */
export function describeStreams(
  streams: readonly DiscoveredStream[],
  rules: readonly StreamSelection[] | undefined,
): { readonly ok: boolean; readonly detail: string } {
  if (streams.length === 0) return { ok: false, detail: "found no stream" };
  const found = `found ${plural(streams.length, "stream")}`;
  const unmatched = rules?.find(
    ({ stream, ignore }) => !ignore && !streams.some((one) => fits(stream, one)),
  )?.stream;
  if (unmatched !== undefined)
    return {
      ok: false,
      detail: `${found}, none of which matches "${unmatched}" of the pipeline's \`streams\`; there are: ${names(streams)}`,
    };
  const selected = streams.filter((one) =>
    rules === undefined ? isSelectedByDefault(one) : isSelected(one, rules),
  );
  if (selected.length === 0)
    return {
      ok: false,
      detail: `${found} and selects none; name them in the pipeline's \`streams\`; there are: ${names(streams)}`,
    };
  return { ok: true, detail: `${found}, selects ${names(selected)}` };
}

/** The last rule that matches a stream decides. */
function isSelected(one: DiscoveredStream, rules: readonly StreamSelection[]): boolean {
  const last = rules.findLast(({ stream }) => fits(stream, one));
  return last !== undefined && last.ignore !== true;
}

/** A pattern may match either name of a stream. */
function fits(pattern: string, { stream, tap_stream_id: id }: DiscoveredStream): boolean {
  return [stream, id].some((name) => name !== undefined && matchesStream(pattern, name));
}

/** A tap that says nothing about a stream sends it. */
function isSelectedByDefault({ metadata = [] }: DiscoveredStream): boolean {
  const root = metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
  const said = root["selected"] ?? root["selected-by-default"];
  return said !== false;
}

/** The streams of users before those of the database itself. */
function names(streams: readonly DiscoveredStream[]): string {
  const all = streams.map(({ stream, tap_stream_id: id }) => stream ?? id);
  const own = all.filter((name) => !SYSTEM.test(name));
  const shown = (own.length > 0 ? own : all).slice(0, MOST_NAMES);
  const more = all.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
