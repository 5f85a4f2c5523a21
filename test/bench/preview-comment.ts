import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, spreadOf, usageOf } from "./measure";

const PIPELINES = 1000;
const CHANGED = 50;
const ROUNDS = 7;

/** Folder of tapctl itself. */
const ROOT = join(__dirname, "..", "..");

/**
 * The comment on a pull request that changes 50 of 1,000 pipelines: their schedule, a setting, a version and a stream
 * in turn; what the same command takes for a single pipeline stands beside it.
 */
export async function benchPreviewComment({ folder }: BenchContext): Promise<readonly Figure[]> {
  const [base, head, one] = [
    checkout(folder, "base", PIPELINES, 0),
    checkout(folder, "head", PIPELINES, CHANGED),
    checkout(folder, "one", 1, 0),
  ];
  const comment = async (before: string, after: string) =>
    (
      await usageOf(
        [
          "node",
          join(ROOT, "dist", "src", "bin", "tapctl.js"),
          "preview-comment",
          "--base",
          before,
          "--head",
          after,
          "--now",
          "2026-01-31T12:00Z",
        ],
        { cwd: ROOT },
      )
    ).seconds;
  const sides = await inTurn("preview-comment", ROUNDS, {
    all: () => comment(base, head),
    one: () => comment(one, one),
  });
  return [
    figure({
      what: `\`tapctl preview-comment\`, ${CHANGED} of ${PIPELINES.toLocaleString("en-US")} pipelines change`,
      unit: "s",
      target: { atMost: 3 },
      measured: spreadOf(sides.all),
      detail: `${seconds(spreadOf(sides.one).median)} for 1 pipeline that stays`,
    }),
  ];
}

/** Writes a checkout with an array of many pipelines, of which the first ones differ. */
function checkout(folder: string, name: string, pipelines: number, changed: number): string {
  const root = join(folder, "preview-comment", name);
  mkdirSync(join(root, "pipelines"), { recursive: true });
  const entries = Array.from({ length: pipelines }, (_, index) => entry(index, index < changed));
  const text = `import { definePipelines } from ${JSON.stringify(join(ROOT, "src", "model", "define"))};\nexport const pipelines = definePipelines(${JSON.stringify(entries)} as never);\n`;
  writeFileSync(join(root, "pipelines", "index.ts"), text);
  return root;
}

function entry(index: number, changes: boolean): object {
  const turn = changes ? index % 4 : undefined;
  const connector = (kind: string, major: number) => ({
    name: `${kind}-${index % 10}`,
    kind,
    source: { package: `${kind}-${index % 10}`, version: `${major}.2.3` },
  });
  return {
    name: `pipeline-${index}`,
    schedule: turn === 0 ? "30 5 * * *" : `${index % 60} 6 * * MON-FRI`,
    timezone: "Europe/Berlin",
    tap: {
      kind: "tap",
      connector: connector("tap", turn === 1 ? 2 : 1),
      settings: {
        host: `db-${index}`,
        port: turn === 2 ? 5433 : 5432,
        password: { $secret: "password" },
      },
    },
    target: {
      kind: "target",
      connector: connector("target", 1),
      settings: { host: "warehouse", schema: `s${index}` },
    },
    streams: [
      ...(turn === 3 ? [] : ["lines"]),
      { stream: "orders", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
    ],
  };
}
