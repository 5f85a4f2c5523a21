import { autocomplete, autocompleteMultiselect, isCancel, select } from "@clack/prompts";
import { UserError } from "../common/errors";
import { matchesStream } from "../model/stream-pattern";
import type { StreamSelection } from "../model/stream-rules";
import type { Catalog, CatalogEntry } from "../run/catalog/catalog";
import { columnPaths, describeStream } from "../run/catalog/describe-stream";
import type { Choice, ChosenOptions } from "../run/catalog/select-streams";

/** What is chosen from. */
export interface ChooseArgs {
  readonly catalog: Catalog;
  /** Rules of the pipeline; undefined if the tap decides. */
  readonly rules: readonly StreamSelection[] | undefined;
  /** Streams that are selected now. */
  readonly selected: readonly CatalogEntry[];
}

/** Exit code of a command that was canceled at a prompt. */
const CANCELED = 130;

const VISIBLE = 12;

const DONE = "";

/**
 * Lets the user choose streams, then replication and columns of some of them.
 *
 * @throws UserError if the user cancels.
 */
export async function chooseStreams({ catalog, rules, selected }: ChooseArgs): Promise<Choice> {
  const streams = new Set(
    await answered(
      autocompleteMultiselect({
        message: "Streams to replicate",
        options: catalog.streams.map((entry) => option(entry)),
        initialValues: selected.map(({ tap_stream_id: id }) => id),
        placeholder: "Type to search",
        maxItems: VISIBLE,
        required: true,
      }),
    ),
  );
  const options = new Map<string, ChosenOptions>();
  for (;;) {
    const chosen = catalog.streams.filter(({ tap_stream_id: id }) => streams.has(id));
    const id = await answered(
      autocomplete({
        message: "Stream to change replication or columns of",
        options: [
          { value: DONE, label: "Done", hint: "write the selection" },
          ...chosen.map((entry) => option(entry, options.get(entry.tap_stream_id))),
        ],
        maxItems: VISIBLE,
      }),
    );
    const entry = chosen.find(({ tap_stream_id: one }) => one === id);
    if (!entry) return { streams, options };
    options.set(entry.tap_stream_id, await chooseOptions(entry, rules ?? []));
  }
}

async function chooseOptions(
  entry: CatalogEntry,
  rules: readonly StreamSelection[],
): Promise<ChosenOptions> {
  const { forced, method } = describeStream(entry);
  const replication = forced
    ? "default"
    : await answered(
        select({
          message: `Replication of ${entry.tap_stream_id}`,
          options: [
            { value: "default", label: "Unchanged", hint: method ?? "the tap decides" },
            { value: "incremental", label: "Incremental", hint: "new and changed rows" },
            { value: "full-table", label: "Full table", hint: "all rows in each run" },
            { value: "log-based", label: "Log-based", hint: "changes from the database's log" },
          ],
        }),
      );
  const key = replication === "incremental" ? await chooseKey(entry) : undefined;
  const columns = await chooseColumns(entry, rules);
  return {
    ...(replication !== "default" && { replication }),
    ...(key !== undefined && { key }),
    ...(columns && { columns }),
  };
}

async function chooseKey(entry: CatalogEntry): Promise<string> {
  const { validKeys, replicationKey } = describeStream(entry);
  const columns = Object.keys(entry.schema?.properties ?? {});
  const first = [...new Set([replicationKey ?? "", ...validKeys])].filter((name) => name !== "");
  return answered(
    autocomplete({
      message: `Replication key of ${entry.tap_stream_id}`,
      options: [...new Set([...first, ...columns])].map((value) => ({ value, label: value })),
      maxItems: VISIBLE,
    }),
  );
}

/** The columns, if not all are chosen: those that are excluded, or the chosen ones if those are fewer. */
async function chooseColumns(
  entry: CatalogEntry,
  rules: readonly StreamSelection[],
): Promise<readonly string[] | undefined> {
  const columns = columnPaths(entry.schema);
  if (columns.length === 0) return undefined;
  const chosen = await answered(
    autocompleteMultiselect({
      message: `Columns of ${entry.tap_stream_id}`,
      options: columns.map((value) => ({ value, label: value })),
      initialValues: columns.filter((name) => isColumnSelected(name, entry, rules)),
      placeholder: "Type to search",
      maxItems: VISIBLE,
      required: true,
    }),
  );
  const left = columns.filter((name) => !chosen.includes(name));
  if (left.length === 0) return ["*"];
  return left.length <= chosen.length ? ["*", ...left.map((name) => `!${name}`)] : chosen;
}

function isColumnSelected(
  name: string,
  { tap_stream_id: id, stream }: CatalogEntry,
  rules: readonly StreamSelection[],
): boolean {
  const rule = rules
    .filter((one) => matchesStream(one.stream, id) || matchesStream(one.stream, stream ?? id))
    .reduce<Partial<StreamSelection>>((merged, one) => ({ ...merged, ...one }), {});
  const patterns = rule.columns ?? [
    ...(rule.include ?? ["*"]),
    ...(rule.exclude ?? []).map((one) => `!${one}`),
  ];
  const last = patterns.findLast((one) => matchesStream(one.replace(/^!/, ""), name));
  return last === undefined ? patterns.every((one) => one.startsWith("!")) : !last.startsWith("!");
}

function option(entry: CatalogEntry, chosen?: ChosenOptions) {
  const { stream, method, keys, columns } = describeStream(entry);
  const how = chosen?.replication ?? method ?? "the tap's method";
  const hint = `${how}${keys.length > 0 ? `, key ${keys.join(", ")}` : ""}, ${columns} columns`;
  return { value: stream, label: stream, hint };
}

async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await prompt;
  if (isCancel(answer)) throw new UserError("Canceled at the prompt.", CANCELED);
  return answer as Exclude<T, symbol>;
}
