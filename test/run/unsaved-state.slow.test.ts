/** A store that rejects the state (meltano/meltano#9922): the run fails, and the next one sends the data again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { runBatch } from "../../src/run/batch";
import type { RunEvent } from "../../src/run/events";
import { runPipeline } from "../../src/run/run";
import type { RunContext } from "../../src/run/run-options";
import { ExitCode } from "../../src/run/runner";
import { historyKey, stateKey } from "../../src/store/keys";
import { openStore } from "../../src/store/open";
import { readSummary } from "../../src/store/runs/runs";
import { readState } from "../../src/store/state/state";
import { startS3Server } from "../support/s3-server";
import { fakeContext, fakePipeline, numbersIn, range, temporaryFolder } from "./support";

const UNSAVED = /^the state could not be saved, so the next run loads the same data again: /;

/** A context with an event just before the data is loaded. */
async function spoiled(
  folder: string,
  mode: string,
  spoil: () => void,
  more: Partial<RunContext> = {},
): Promise<RunContext> {
  let done = false;
  const onEvent = (event: RunEvent) => {
    if (
      done ||
      !JSON.stringify(event).includes(`"phase":"${mode === "artifact" ? "load" : "stream"}"`)
    )
      return;
    done = true;
    spoil();
  };
  return fakeContext(folder, { onEvent, ...more });
}

suite("folder that cannot store the state", () => {
  for (const mode of ["artifact", "stream"] as const) {
    for (const [what, key] of [
      ["state", stateKey("events")],
      ["history", dirname(historyKey("events", "r"))],
    ] as const) {
      test(`unsaved state, ${mode} mode: the run fails if something else is in the place of the ${what}`, async (t) => {
        const folder = temporaryFolder(t);
        const place = join(folder, "store", key);
        // A folder is in the place of the file, or a file in that of the folder.
        const spoil = () =>
          what === "state"
            ? mkdirSync(join(place, "x"), { recursive: true })
            : (mkdirSync(dirname(place), { recursive: true }), writeFileSync(place, ""));
        const context = await spoiled(folder, mode, spoil);
        const summary = await runPipeline(
          context,
          fakePipeline(folder, { rows: 20 }, { wait: 0.2 }, { mode }),
        );
        assert.deepEqual(
          [
            summary.status,
            summary.code,
            summary.stateCommitted,
            summary.stateAfter,
            summary.records,
          ],
          ["failed", ExitCode.internal, false, null, 20],
        );
        assert.match(summary.error ?? "", UNSAVED);
        assert.equal((await readSummary(context.store, "events", summary.run))?.status, "failed");
        rmSync(place, { recursive: true });
        assert.equal(await readState(context.store, "events"), undefined);
        const again = await runPipeline(
          await fakeContext(folder),
          fakePipeline(folder, { rows: 20 }, {}, { mode }),
        );
        assert.deepEqual([again.status, again.records], ["succeeded", 20]);
        assert.deepEqual(numbersIn(join(folder, "loaded")), [...range(1, 20), ...range(1, 20)]);
      });
    }
  }

  test("unsaved state: a full disk fails the run with that error", async (t) => {
    const folder = temporaryFolder(t);
    const disk = join(folder, "store");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return t.skip("no right to mount");
    }
    try {
      const fill = () =>
        execFileSync("sh", ["-c", `cat /dev/zero > ${disk}/filler 2>/dev/null || true`]);
      const context = await spoiled(folder, "stream", fill);
      const { summaries, notStarted } = await runBatch(
        context,
        [
          fakePipeline(
            folder,
            { rows: 20 },
            { wait: 0.2, output_path: folder },
            { mode: "stream" },
          ),
        ],
        {},
      );
      assert.deepEqual(
        summaries.filter(({ status }) => status === "succeeded"),
        [],
      );
      const [error] = [
        ...notStarted.map((one) => one.error.message),
        ...summaries.map((one) => one.error ?? ""),
      ];
      assert.match(error ?? "", /the disk is full/);
      rmSync(join(disk, "filler"));
      assert.equal(await readState(context.store, "events"), undefined);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

test("unsaved state: a bucket that rejects it fails the run", async (t) => {
  const folder = temporaryFolder(t);
  const server = await startS3Server();
  t.after(() => server.stop());
  await server.makeBucket("refusing");
  const endpoint = await refusingProxy(t, server.endpoint, /\/state\/events\/state\.json/);
  const store = await openStore(`s3://refusing/prefix?endpoint=${endpoint}`);
  const context = await fakeContext(folder, { store });
  const summary = await runPipeline(context, fakePipeline(folder, { rows: 20 }));
  assert.deepEqual(
    [summary.status, summary.code, summary.stateCommitted],
    ["failed", ExitCode.internal, false],
  );
  assert.match(summary.error ?? "", UNSAVED);
  assert.equal((await readSummary(store, "events", summary.run))?.status, "failed");
  assert.equal(await readState(store, "events"), undefined);
});

/** An S3 server that passes everything on, except that it refuses to write some keys. */
async function refusingProxy(t: TestContext, target: string, refused: RegExp): Promise<string> {
  const server = createServer((incoming, answer) => {
    if (incoming.method === "PUT" && refused.test(incoming.url ?? "")) {
      incoming.resume();
      answer.writeHead(403, { "content-type": "application/xml" });
      return answer.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    }
    const passed = request(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(answer);
      },
    );
    return incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
