import { stringifyJson } from "../common/json";
import type { Replication } from "../model/replication";
import type { StreamSelection } from "../model/stream-rules";
import { plain, risk, type Fact } from "./fact";
import { code } from "./markdown";

const OPTIONS = [
  "primaryKeys",
  "lookback",
  "onSchemaChange",
  "contract",
  "expectations",
] as const satisfies readonly (keyof StreamSelection)[];

/** Changed options of a stream's data. */
export function optionFacts(
  stream: string,
  before: StreamSelection,
  after: StreamSelection,
): readonly Fact[] {
  return [
    ...maskFacts(stream, before.mask ?? {}, after.mask ?? {}),
    ...OPTIONS.flatMap((name) => {
      const [old, now] = [before[name], after[name]].map((value) => stringifyJson(value ?? null));
      if (old === now) return [];
      // A contract is too long for a line.
      const what = name === "contract" ? "changed" : `${shown(old)} → ${shown(now)}`;
      return [plain(`${code(stream)}: ${name} ${what}`)];
    }),
  ];
}

/** Changed options of a pipeline that all of its streams share. */
export function policyFacts(before: Replication, after: Replication): readonly Fact[] {
  return [
    ["onSchemaChange", before.onSchemaChange, after.onSchemaChange] as const,
    ["catalog.maxAge", before.catalog?.maxAge, after.catalog?.maxAge] as const,
    ["maskSalt", before.maskSalt?.$secret, after.maskSalt?.$secret] as const,
  ].flatMap(([name, old, now]) =>
    old === now ? [] : [plain(`${name}: ${named(old)} → ${named(now)}`)],
  );
}

function maskFacts(
  stream: string,
  before: NonNullable<StreamSelection["mask"]>,
  after: NonNullable<StreamSelection["mask"]>,
): readonly Fact[] {
  const properties = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return properties.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    const place = `${code(stream)}: ${code(name)}`;
    if (now === undefined) return [risk(`${place} is no longer masked`)];
    return [
      plain(old === undefined ? `${place} is masked: ${now}` : `${place}: mask ${old} → ${now}`),
    ];
  });
}

function named(value: string | undefined): string {
  return value === undefined ? "default" : code(value);
}

function shown(json: string | undefined): string {
  return json === undefined || json === "null" ? "none" : code(json);
}
