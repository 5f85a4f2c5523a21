import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { get } from "./kubernetes";
import { NAMESPACE, type Scene } from "./scene";

const TAPCTL = join(__dirname, "..", "..", "dist", "src", "bin", "tapctl.js");
const NAME = "exchange-rates-classic";

/** `tapctl --on cluster`, as an operator uses it. */
export function testVerbs(scene: () => Scene): void {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-e2e-verbs-"));

  /** Runs a command, which must exit with a given code. */
  const tapctl = async (line: string, code = 0): Promise<string> => {
    mkdirSync(join(folder, "pipelines"), { recursive: true });
    writeFileSync(
      join(folder, "pipelines", "index.ts"),
      `export const pipelines = ${JSON.stringify(scene().entries)};\n`,
    );
    const ended = await new Promise<{
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }>((resolve) => {
      execFile(
        process.execPath,
        [
          TAPCTL,
          "--project",
          folder,
          "--on",
          "cluster",
          "--namespace",
          NAMESPACE,
          ...line.split(" "),
        ],
        { maxBuffer: 64 << 20 },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
    assert.equal(ended.code, code, `tapctl ${line}: ${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  };
  const json = async <T>(line: string): Promise<T> =>
    JSON.parse(await tapctl(`${line} --json`)) as T;
  const state = async () =>
    ((await scene().bucket.state(NAME)) as { readonly state: unknown }).state;

  test("run --follow: it follows the run; status, logs, artifacts and report show it", async () => {
    assert.match(await tapctl(`run ${NAME} --follow`), /succeeded/);
    const statuses =
      await json<readonly { readonly name: string; readonly condition: string }[]>("status");
    assert.deepEqual(
      statuses.map(({ name }) => name).sort(),
      scene()
        .entries.map(({ name }) => name)
        .sort(),
    );
    const [newest] = await json<
      readonly { readonly run: string; readonly workflow: string; readonly status: string }[]
    >(`runs ${NAME}`);
    assert.equal(newest?.status, "succeeded");
    assert.match(await tapctl(`status ${NAME} ${newest?.run}`), /extract +succeeded/);
    assert.match(
      await tapctl(`logs ${NAME} ${newest?.workflow}`),
      / tap +\| .*\n(.*\n)*.* target \| /,
    );
    const files = await json<readonly { readonly file: string }[]>(
      `artifacts ${NAME} ${newest?.run}`,
    );
    assert.ok(
      files.some(({ file }) => file === "extract-0.jsonl"),
      JSON.stringify(files),
    );
    await tapctl(`report --out ${join(folder, "report.html")}`);
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), new RegExp(NAME));
    assert.deepEqual(
      (await json<readonly { readonly level: string }[]>("doctor")).filter(
        ({ level }) => level === "fail",
      ),
      [],
    );
  });

  test("state: it is changed under the pipeline's lock and rolled back", async () => {
    const before = await state();
    const file = join(folder, "state.json");
    writeFileSync(file, '{"start_date":"2026-11-03"}');
    await tapctl(`state set ${NAME} ${file}`);
    assert.deepEqual(await state(), { start_date: "2026-11-03" });
    await tapctl(`state rollback ${NAME}`);
    assert.deepEqual(await state(), before);
    assert.deepEqual(JSON.parse(await tapctl(`state show ${NAME}`)), before);
    assert.ok((await json<readonly unknown[]>(`state history ${NAME}`)).length > 1);
    assert.match(await tapctl(`run ${NAME} --state ${file} --follow`), /succeeded/);
    assert.match(await tapctl(`run ${NAME} --full-refresh --follow`), /succeeded/);
    assert.deepEqual(await state(), before);
  });

  test("retry, backfill, cancel, suspend, resume: they work on the cluster", async () => {
    const { source } = scene();
    assert.match(await tapctl(`retry ${NAME} --data-only --follow`), /succeeded/);
    const before = await state();
    await tapctl(`backfill ${NAME} --from 2026-11-03 --to 2026-11-05`);
    assert.deepEqual(await state(), before);
    source.fault = "hang";
    const [started] = await json<readonly { readonly workflow: string }[]>(`run ${NAME}`);
    const workflow = started?.workflow ?? "";
    try {
      await pause(15_000);
      assert.match(await tapctl(`cancel ${NAME} ${workflow}`), /is stopping/);
    } finally {
      source.fault = "none";
    }
    for (
      let left = 120;
      (
        await json<readonly { readonly workflow: string; readonly status: string }[]>(
          `runs ${NAME}`,
        )
      ).find((run) => run.workflow === workflow)?.status !== "interrupted";
      left--
    ) {
      assert.ok(left > 0, "the run that was cancelled has not ended");
      await pause(1000);
    }
    const isOff = () =>
      get<{ readonly spec: { readonly suspend?: boolean } }>(
        "cronworkflow",
        "exchange-rates",
        NAMESPACE,
      ).spec.suspend;
    await tapctl("suspend exchange-rates");
    assert.equal(isOff(), true);
    await tapctl("resume exchange-rates");
    assert.equal(isOff(), false);
    rmSync(folder, { recursive: true, force: true });
  });
}
