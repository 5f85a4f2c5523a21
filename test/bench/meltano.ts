import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../src/common/errors";
import {
  createVenv,
  findInstaller,
  installUnlocked,
  type InstallContext,
} from "../../src/run/environments/installer";
import { findPython } from "../../src/run/environments/python";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, tell, usageOf } from "./measure";
import type { Pair } from "./pair";
import { makeProject, runTapctl } from "./project";
import { extractFile, pairWork, runExtract, runLoad, runStream, sumOf } from "./runner";

const VERSION = "4.4.1";
const ROUNDS = 5;

/** `meltano run` of the same two programs on the same records, beside the runner and beside `tapctl run`. */
export async function benchMeltano(context: BenchContext): Promise<readonly Figure[]> {
  const { pair, records } = context;
  const meltano = await installMeltano(context.environments);
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
  const sides = await inTurn(`meltano ${VERSION}`, ROUNDS, {
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

async function installMeltano(environments: string): Promise<string> {
  const source = { package: "meltano", version: VERSION };
  const python = await findPython({ min: "3.10" });
  const venv = join(environments, `meltano-${VERSION}-${python.version}`);
  const program = join(venv, "bin", "meltano");
  if (existsSync(program)) return program;
  tell(`installing meltano ${VERSION}`);
  const log = `${venv}.log`;
  writeFileSync(log, "");
  const context: InstallContext = { python, root: environments, log, onLine: () => {} };
  const installer = await findInstaller(context);
  for (const step of [
    () => createVenv(installer, context, venv),
    () => installUnlocked(installer, context, venv, source),
  ]) {
    if ((await step()).code === 0) continue;
    rmSync(venv, { recursive: true, force: true });
    throw new UserError(`meltano ${VERSION} cannot be installed (log: ${log})`, 1);
  }
  return program;
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
