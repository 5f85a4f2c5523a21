import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { commandsFor } from "../../src/common/commands";
import { formatBookmarkAge, statusTable } from "../../src/status/status-table";
import { failuresOf, type PipelineFacts, type RunFact } from "../../src/status/facts";
import { pipelineStatus, statusOf } from "../../src/status/pipeline-status";
import { toJsonText } from "../../src/common/json";

const NOW = new Date("2026-11-25T12:30:00Z");

function facts(change: Partial<PipelineFacts> = {}): PipelineFacts {
  const runs: readonly RunFact[] = [
    { run: "r1", status: "succeeded", started: "2026-11-25T12:00:01Z" },
  ];
  const last = {
    run: "r1",
    status: "succeeded" as const,
    started: "2026-11-25T12:00:01Z",
    seconds: 61,
    records: 5,
    leftOut: [],
    uncountedFiles: 0,
    bytes: 500,
    state: toJsonText({ at: "2026-11-25T12:00:00Z" }),
    error: null,
  };
  return {
    name: "orders",
    where: "both",
    schedules: ["0 * * * *"],
    timezone: "UTC",
    invalid: null,
    suspended: false,
    since: "2026-11-01T00:00:00Z",
    runs,
    last,
    failures: 0,
    ...change,
  };
}

suite("status of a pipeline", () => {
  test("status: a pipeline without problems is ok", () => {
    const status = pipelineStatus(facts(), NOW);
    assert.equal(status.condition, "ok");
    assert.equal(status.next, "2026-11-25T13:00:00Z");
    assert.equal(status.lateSeconds, null);
    assert.equal(status.last?.agoSeconds, 1799);
    assert.deepEqual(status.bookmark, {
      stream: null,
      value: "2026-11-25T12:00:00Z",
      ageSeconds: 1800,
    });
  });

  test("status: a bookmark in the future is flagged if no time zone explains it", () => {
    const last = facts().last;
    assert.ok(last);
    const age = (at: string) =>
      pipelineStatus(facts({ last: { ...last, state: toJsonText({ at }) } }), NOW).bookmark
        ?.ageSeconds ?? NaN;
    assert.equal(formatBookmarkAge(age("2027-01-02T01:23:20")), "in 38 d");
    assert.deepEqual(
      ["2026-11-25", "2026-11-26", "2026-11-26T02:29:00Z", "2026-11-26T02:30:00"].map(age),
      [0, 0, 0, 0],
    );
    assert.equal(formatBookmarkAge(age("2026-11-26T12:00:00Z")), "in 24 h");
    assert.equal(formatBookmarkAge(age("2026-11-25T11:00:00Z")), "90 min old");
  });

  test("status: it shows the bookmark that is furthest behind, or one in the future", () => {
    const last = facts().last;
    assert.ok(last);
    const bookmarks = {
      old: "2026-11-01",
      orders: "2026-11-24",
      users: { at: "2026-11-25", replication_key_signpost: "2026-11-27" },
      ids: 7,
    };
    const shown = (change: object, unselected?: readonly string[]) =>
      pipelineStatus(
        facts({
          last: {
            ...last,
            state: toJsonText({ bookmarks: { ...bookmarks, ...change } }),
            ...(unselected && { unselected }),
          },
        }),
        NOW,
      ).bookmark;
    assert.deepEqual(shown({}), { stream: "old", value: "2026-11-01", ageSeconds: 2_032_200 });
    assert.deepEqual(shown({}, ["old"]), {
      stream: "orders",
      value: "2026-11-24",
      ageSeconds: 45_000,
    });
    assert.equal(shown({ users: "2099-01-01" }, ["old"])?.stream, "users");
  });

  test("status: a pipeline is late if a run was due after the newest one and has not started", () => {
    const runs: readonly RunFact[] = [
      { run: "r1", status: "succeeded", started: "2026-11-25T11:00:01Z" },
    ];
    const status = pipelineStatus(facts({ runs }), NOW);
    assert.equal(status.condition, "late");
    assert.equal(status.lateSeconds, 1800);
    assert.equal(
      pipelineStatus(facts({ runs }), new Date("2026-11-25T12:01:30Z")).lateSeconds,
      null,
      "it has two minutes",
    );
  });

  test("status: a pipeline is late if it never ran and its schedule has existed for longer", () => {
    assert.equal(
      pipelineStatus(facts({ runs: [], last: null, since: "2026-11-25T10:30:00Z" }), NOW)
        .lateSeconds,
      5400,
    );
    assert.equal(
      pipelineStatus(facts({ runs: [], last: null, since: "2026-11-25T12:10:00Z" }), NOW).condition,
      "never ran",
    );
  });

  test("status: a run in progress shows how long no data has moved", () => {
    const run: RunFact = {
      run: "r2",
      status: "running",
      started: "2026-11-25T10:00:00Z",
      silentSince: "2026-11-25T12:20:00Z",
    };
    const status = pipelineStatus(facts({ runs: [run] }), NOW);
    assert.equal(status.active?.silentSeconds, 600);
    assert.match(statusTable([status], commandsFor()), /now, for 3 h, silent for 10 min/);
  });

  test("status: a run in progress is not late", () => {
    const status = pipelineStatus(
      facts({ runs: [{ run: "r2", status: "running", started: "2026-11-25T10:00:00Z" }] }),
      NOW,
    );
    assert.equal(status.condition, "running");
    assert.deepEqual(status.active, {
      run: "r2",
      status: "running",
      seconds: 9000,
      stuck: null,
      silentSeconds: null,
    });
  });

  test("status: a suspended pipeline is not due", () => {
    const status = pipelineStatus(facts({ suspended: true, runs: [] }), NOW);
    assert.deepEqual(
      [status.condition, status.next, status.lateSeconds],
      ["suspended", null, null],
    );
  });

  test("status: locally, no pipeline is due", () => {
    const status = pipelineStatus(facts({ since: null, runs: [] }), NOW);
    assert.deepEqual([status.condition, status.next, status.lateSeconds], ["ok", null, null]);
  });

  test("status: an invalid schedule is not due, and takes precedence", () => {
    const status = pipelineStatus(facts({ invalid: "Argo says SpecError: bad", failures: 1 }), NOW);
    assert.deepEqual(
      [status.condition, status.next, status.lateSeconds],
      ["invalid schedule", null, null],
    );
  });

  test("status: pipelines only in the array or only on the cluster are distinguished", () => {
    assert.equal(
      pipelineStatus(facts({ where: "array", since: null }), NOW).condition,
      "not deployed",
    );
    assert.equal(pipelineStatus(facts({ where: "cluster" }), NOW).condition, "not in the array");
  });
});

test("status: pipelines that need attention come first, then by name", () => {
  const all = [
    facts({ name: "b" }),
    facts({ name: "a" }),
    facts({ name: "s", suspended: true }),
    facts({ name: "l", runs: [] }),
    facts({ name: "f", failures: 2 }),
    facts({ name: "i", invalid: "bad" }),
    facts({ name: "n", where: "array", since: null }),
  ];
  assert.deepEqual(
    statusOf(all, NOW).map(({ name }) => name),
    ["i", "f", "l", "n", "a", "b", "s"],
  );
});

test("status: failures in a row ignore canceled and running runs", () => {
  const runs = (text: string) =>
    text.split(" ").map((status) => ({ status: status as RunFact["status"] }));
  assert.equal(failuresOf(runs("running failed interrupted failed succeeded failed")), 2);
  assert.equal(failuresOf(runs("succeeded failed")), 0);
  assert.equal(failuresOf(runs("failed failed")), 2);
});
