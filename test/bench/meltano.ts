import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, usageOf } from "./measure";
import type { Pair } from "./pair";
import { installMeltano, VERSIONS } from "./peers/tools";
import { makeProject, runTapctl } from "./project";
import { extractFile, pairWork, runExtract, runLoad, runStream, sumOf } from "./runner";

const ROUNDS = 5;

/** `meltano run` of the same two programs on the same records, beside the runner and beside `tapctl run`. */
export async function benchMeltano(context: BenchContext): Promise<readonly Figure[]> {
  const { pair, records } = context;
  const meltano = join(await installMeltano(context.environments), "bin", "meltano");
  const folder = makeMeltanoProject(context);
  const work = pairWork(pair, join(context.folder, "meltano-side"), records);
  const project = makeProject(context, records);
  const runMeltano = async (count: number) =>
    (
      await usageOf([meltano, "run", "tap-bench", "target-bench"], {
        cwd: folder,
        env: variables(pair, count),
      })
    ).seconds;
  const sides = await inTurn(`meltano ${VERSIONS.meltano}`, ROUNDS, {
    meltano: () => runMeltano(records),
    stream: async () => (await runStream(work)).seconds,
    artifact: async () => {
      const pass = sumOf(await runExtract(work), await runLoad(work));
      rmSync(extractFile(work));
      return pass.seconds;
    },
    tapctlStream: async () => (await runTapctl(project, "node", "stream")).seconds,
    tapctlArtifact: async () => (await runTapctl(project, "node", "artifact")).seconds,
    meltanoFixed: () => runMeltano(1),
  });
  const median = (side: readonly number[]) => seconds(spreadOf(side).median);
  const faster = (what: string, side: readonly number[]) =>
    figure({
      what: `\`meltano run\` / ${what}, ${records.toLocaleString("en")} records`,
      unit: "times",
      target: { atLeast: 5 },
      measured: ratioOf(sides.meltano, side),
      detail: `${median(sides.meltano)} / ${median(side)}`,
    });
  return [
    faster("`runner stream`", sides.stream),
    faster("runner's extract + load", sides.artifact),
    faster("`tapctl run --mode stream`", sides.tapctlStream),
    faster("`tapctl run --mode artifact`", sides.tapctlArtifact),
    figure({
      what: "for comparison: `meltano run`, 1 record",
      unit: "s",
      target: undefined,
      measured: spreadOf(sides.meltanoFixed),
      detail: "connectors included",
    }),
  ];
}

/** A project whose connectors are the two programs; they have no catalog, so that Meltano skips discovery. */
function makeMeltanoProject(context: BenchContext): string {
  const folder = join(context.folder, "meltano");
  mkdirSync(folder);
  const plugin = (name: string, more: string) =>
    `  - name: ${name}\n    namespace: ${name.replace("-", "_")}\n    executable: ${name}\n${more}`;
  writeFileSync(
    join(folder, "meltano.yml"),
    [
      "project_id: tapctl-bench\ndefault_environment: dev\nenvironments:\n- name: dev\nplugins:\n",
      "  extractors:\n",
      plugin(
        "tap-bench",
        "    capabilities: [state]\n    settings:\n    - name: records\n      kind: integer\n",
      ),
      "  loaders:\n",
      plugin("target-bench", "    settings: []\n"),
    ].join(""),
  );
  return folder;
}

/** Puts the connectors on PATH, where Meltano finds ones that it did not install. */
function variables({ emit, sink }: Pair, records: number): NodeJS.ProcessEnv {
  const path = [dirname(emit), dirname(sink), process.env.PATH].join(delimiter);
  return {
    ...process.env,
    PATH: path,
    TAP_BENCH_RECORDS: String(records),
    MELTANO_SEND_ANONYMOUS_USAGE_STATS: "false",
  };
}
