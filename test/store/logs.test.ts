import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileKey, stepLogFolder } from "../../src/store/keys";
import { readLogs } from "../../src/store/runs/logs";
import type { ObjectStore } from "../../src/store/object-store";
import { describeStores } from "./stores";

const RUN = "20261123T081502Z-4f2a9c";
const both = ["tap", "target"] as const;

async function withLogs(store: ObjectStore): Promise<ObjectStore> {
  await store.put(
    runFileKey("orders", RUN, "tap-0.log"),
    "2026-11-23T08:15:04.000Z tap | first\n  its next line\n",
  );
  await store.put(
    runFileKey("orders", RUN, "tap-1.log"),
    "2026-11-23T08:15:06.000Z tap | second try\n",
  );
  await store.put(
    runFileKey("orders", RUN, "target-0.log"),
    "2026-11-23T08:15:05.000Z target | between\n",
  );
  await store.put(
    `${stepLogFolder("orders", RUN, "dbt", "0")}/main.log`,
    "no time\n2020-01-01T00:00:00Z dbt | its own time\n\n",
  );
  await store.put(`${stepLogFolder("orders", RUN, "tap", "0")}/main.log`, "a step of that name\n");
  await store.put(runFileKey("orders", RUN, "summary.json"), "{}");
  return store;
}

describeStores("logs", (fresh) => {
  test("logs of a run: they are sorted by time across attempts; lines of steps come when the step ended", async () => {
    const store = await withLogs(fresh());
    const lines = await readLogs(store, "orders", undefined, both);
    assert.deepEqual(
      lines.slice(0, 4).map(({ time, source, text }) => `${time} ${source} ${text}`),
      [
        "2026-11-23T08:15:04.000Z tap first",
        "2026-11-23T08:15:04.000Z tap   its next line",
        "2026-11-23T08:15:05.000Z target between",
        "2026-11-23T08:15:06.000Z tap second try",
      ],
    );
    const ofSteps = lines.slice(4);
    assert.deepEqual(
      ofSteps.map(({ source, text }) => `${source} ${text}`),
      ["dbt no time", "dbt 2020-01-01T00:00:00Z dbt | its own time", "tap a step of that name"],
    );
    const written = (await store.list(""))
      .filter(({ key }) => key.endsWith("/main.log"))
      .map(({ modified }) => modified.toISOString());
    assert.deepEqual(
      ofSteps.map(({ time }) => time),
      [written[0], written[0], written[1]],
    );
  });

  test("logs of a run: those of one connector exclude the steps", async () => {
    const store = await withLogs(fresh());
    assert.deepEqual(
      (await readLogs(store, "orders", RUN, ["tap"])).map(({ text }) => text),
      ["first", "  its next line", "second try"],
    );
    assert.deepEqual(
      (await readLogs(store, "orders", RUN, ["target"])).map(({ text }) => text),
      ["between"],
    );
  });

  test("logs of a job: they are those of its one step", async () => {
    const store = fresh();
    await store.put(`${stepLogFolder("tidy", RUN, "job", "2")}/main.log`, "tidied\n");
    assert.deepEqual(
      (await readLogs(store, "tidy", undefined, both)).map(({ source, text }) => [source, text]),
      [["job", "tidied"]],
    );
  });

  test("logs of a run: an unknown run is an error", async () => {
    await assert.rejects(readLogs(fresh(), "orders", undefined, both), /"orders" has not run yet/);
    await assert.rejects(
      readLogs(await withLogs(fresh()), "orders", "20260101T000000Z-000000", both),
      /has no run 20260101T000000Z-000000/,
    );
  });
});
