import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../common/json";
import type { StreamSelection } from "../model/stream-rules";
import type { ConnectorConfigs } from "./connector-configs";
import { catalogStreams, type CatalogStream } from "./forecast";
import { SampleLines } from "./sample-lines";
import { callTrial, tapFields, type Trial } from "./trial";

/** The first records of each stream that a pipeline selects. */
export interface Sample {
  /** File with the SCHEMA messages, the records and a STATE. */
  readonly file: string;
  readonly lines: readonly string[];
  /** Records in the sample, by stream. */
  readonly records: ReadonlyMap<string, number>;
  /** Selected streams, as in the catalog that the tap got; undefined if it got none. */
  readonly catalog?: readonly CatalogStream[];
  /** Why the tap failed; undefined if it did not. */
  readonly problem?: string;
}

/** What a sample is created with. */
export interface SampleArgs {
  readonly trial: Trial;
  readonly configs: Pick<ConnectorConfigs, "catalog" | "select" | "rules" | "maskSalt">;
  /** Records of each stream. */
  readonly records: number;
}

/** A stream that has enough records is left after this time if the tap does not come to another one. */
const PATIENCE_MS = 1000;

/**
 * Runs the tap until each selected stream has sent enough records. Taps send one stream after the
 * other: one that is still in a stream with enough records is stopped and started again without it.
 */
export async function takeSample(args: SampleArgs): Promise<Sample> {
  const { trial, records } = args;
  const done = new Set<string>();
  const lines: string[] = [];
  const counts = new Map<string, number>();
  let catalog: readonly CatalogStream[] | undefined;
  let problem: string | undefined;
  for (;;) {
    const pass = await runOnce(args, catalog, done);
    catalog ??= pass.catalog;
    lines.push(...pass.lines);
    for (const [stream, count] of pass.counts) {
      counts.set(stream, Math.min(count, records));
      done.add(stream);
    }
    problem = pass.problem;
    if (problem !== undefined || !pass.stopped || catalog === undefined) break;
    const left = missing(catalog, done);
    if (left.length === 0 || pass.counts.size === 0) break;
  }
  const file = join(trial.workspace.directory, "sample.jsonl");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return {
    file,
    lines,
    records: counts,
    ...(catalog && { catalog }),
    ...(problem !== undefined && { problem }),
  };
}

interface Pass {
  readonly lines: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly catalog?: readonly CatalogStream[];
  /** The tap was stopped before its end. */
  readonly stopped: boolean;
  readonly problem?: string;
}

async function runOnce(
  { trial, configs, records }: SampleArgs,
  known: readonly CatalogStream[] | undefined,
  done: ReadonlySet<string>,
): Promise<Pass> {
  const { workspace } = trial;
  const output = join(workspace.directory, "sample-extract.jsonl");
  const catalogFile = join(workspace.directory, "catalog.json");
  for (const file of [output, catalogFile]) rmSync(file, { force: true });
  const found = new SampleLines(output, records);
  const given = (name: string, value: unknown) => workspace.writeJson(name, value);
  const select = selectionOf(configs.select, known, done);
  let stopped = false;
  let since = performance.now();
  const enough = () => {
    const before = found.current;
    found.read();
    if (found.current !== before) since = performance.now();
    const catalog = known ?? readCatalog(catalogFile);
    const seen = new Set([...done, ...found.counts.keys()]);
    const full = (found.counts.get(found.current ?? "") ?? 0) >= records;
    const complete = catalog !== undefined && missing(catalog, seen).length === 0;
    stopped ||= full && (complete || performance.now() - since > PATIENCE_MS);
    return stopped;
  };
  const result = await callTrial(
    trial,
    {
      command: "extract",
      ...tapFields(trial),
      ...(configs.catalog !== undefined && {
        catalog: given("given-catalog.json", configs.catalog),
      }),
      ...(select !== undefined && { select: given("select.json", select) }),
      ...(configs.rules !== undefined && { rules: given("rules.json", configs.rules) }),
      ...(configs.maskSalt !== undefined && {
        maskSalt: workspace.writeText("mask-salt", configs.maskSalt),
      }),
      output,
      graceSeconds: 5,
    },
    enough,
  );
  found.read();
  const catalog = readCatalog(catalogFile);
  const failed = result.code !== 0 && !stopped;
  return {
    lines: found.all(),
    counts: found.counts,
    stopped,
    ...(catalog && { catalog }),
    ...(failed && { problem: failure(result, trial.timeout, found) }),
  };
}

function failure(
  { code, error }: { readonly code: number; readonly error: string | null },
  timeout: number,
  found: SampleLines,
): string {
  const timedOut = code === 13;
  if (timedOut && found.counts.size === 0) return `the tap sent no record within ${timeout} s`;
  return timedOut
    ? `the tap did not come to every stream within ${timeout} s`
    : (error ?? `the tap failed with code ${code}`);
}

/** Selected streams of which nothing was sent. */
export function missing(
  catalog: readonly CatalogStream[],
  seen: ReadonlySet<string>,
): readonly CatalogStream[] {
  return catalog.filter(({ names }) => !names.some((name) => seen.has(name)));
}

/** Rules that leave out streams that are done. */
function selectionOf(
  select: unknown,
  known: readonly CatalogStream[] | undefined,
  done: ReadonlySet<string>,
): unknown {
  if (known === undefined || done.size === 0) return select;
  const rules = (select as readonly StreamSelection[] | undefined) ?? [
    ...known.map(({ id }) => ({ stream: id })),
  ];
  const ignored = known
    .filter(({ names }) => names.some((name) => done.has(name)))
    .map(({ id }): StreamSelection => ({ stream: id, ignore: true }));
  return [...rules, ...ignored];
}

function readCatalog(file: string): readonly CatalogStream[] | undefined {
  return existsSync(file) ? catalogStreams(parseJson(readFileSync(file))) : undefined;
}
