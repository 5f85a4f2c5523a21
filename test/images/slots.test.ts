import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { inWorkspace, PYTHON, request, RUNNER, start, type Workspace } from "./support";

const ROW = {
  slot: "orders",
  active: false,
  lagBytes: 1000,
  retainedBytes: 3_000_000,
  walStatus: "reserved",
  safeWalBytes: null,
};

const CATALOG = (method: string) => ({
  streams: [
    {
      stream: "a",
      tap_stream_id: "a",
      schema: { properties: { id: { type: "integer" } } },
      metadata: [{ breadcrumb: [], metadata: { selected: true, "replication-method": method } }],
    },
  ],
});

const STEPS = [
  ["schema", "a"],
  ["records", "a", 1, 3],
  ["state", { at: 3 }],
];

/** A tap whose Python answers with the slots in `rows`, or fails. */
function tapWith(space: Workspace, rows: readonly object[] | undefined) {
  const [tap, python] = [space.path("tap"), space.path("python")];
  const fixture = join(process.cwd(), "test", "images", "fixtures", "tap.py");
  space.write("tap", `#!/bin/sh\nexec ${PYTHON} -S ${fixture} "$@"\n`);
  const answer =
    rows === undefined
      ? "echo Traceback >&2\necho 'OperationalError: no such host' >&2\nexit 1"
      : `cat > ${space.path("asked.json")}\ncat ${space.write("rows.json", rows)}`;
  space.write("python", `#!/bin/sh\n${answer}\n`);
  for (const program of [tap, python]) chmodSync(program, 0o755);
  return {
    tapConnector: space.connector("tap", { name: "tap-postgres", command: [tap] }),
    tapConfig: space.write("tap-config.json", {
      steps: STEPS,
      replication_slot_name: "orders",
      password: "hush-hush",
    }),
    directory: space.dir,
    result: space.path("result.json"),
  };
}

interface Slots {
  readonly slots?: readonly { readonly slot: string; readonly problem: string | null }[];
  readonly warnings: readonly string[];
}

suite("replication slots", () => {
  for (const command of ["extract", "stream"] as const)
    test(`slots: ${command} of a tap that reads a log has its slot in the result`, () =>
      inWorkspace(async (space) => {
        const fields = {
          ...tapWith(space, [ROW]),
          catalog: space.write("c.json", CATALOG("LOG_BASED")),
        };
        const { code, stderr } = await start([
          request(command, fields, ...(command === "stream" ? space.target() : [])),
        ]).ended;
        assert.equal(code, 0, stderr);
        const { slots, warnings } = space.json("result.json") as Slots;
        assert.deepEqual(
          slots?.map(({ slot, problem }) => [slot, problem]),
          [["orders", null]],
        );
        assert.deepEqual(warnings, []);
        const { slots: asked } = space.json("asked.json") as { readonly slots: unknown };
        assert.deepEqual(asked, ["orders"]);
      }));

  for (const [what, rows, max, problem] of [
    [
      "more than its limit",
      [ROW],
      2_000_000,
      /^replication slot orders retains 3\.0 MB of WAL, more than 2\.0 MB \(maxSlotLag\)$/,
    ],
    [
      "nothing, because it is lost",
      [{ ...ROW, walStatus: "lost", retainedBytes: null }],
      0,
      /^replication slot orders is lost: .*--full-refresh$/,
    ],
    [
      "what the server may remove",
      [{ ...ROW, walStatus: "unreserved" }],
      0,
      /^replication slot orders is about to be lost/,
    ],
    ["nothing, because it does not exist", [], 0, /^replication slot orders does not exist$/],
  ] as const)
    test(`slots: one that retains ${what} is a warning, and the run succeeds`, () =>
      inWorkspace(async (space) => {
        const fields = {
          ...tapWith(space, rows),
          catalog: space.write("c.json", CATALOG("LOG_BASED")),
        };
        const { code } = await start([request("extract", fields, { maxSlotBytes: max })]).ended;
        const { slots, warnings } = space.json("result.json") as Slots;
        assert.equal(code, 0);
        assert.match(slots?.[0]?.problem ?? "", problem);
        assert.deepEqual(warnings, [slots?.[0]?.problem]);
      }));

  test("slots: a server that cannot be reached is in the log, without a warning", () =>
    inWorkspace(async (space) => {
      const fields = {
        ...tapWith(space, undefined),
        catalog: space.write("c.json", CATALOG("LOG_BASED")),
      };
      const { code, stderr } = await start([request("extract", fields)]).ended;
      assert.equal(code, 0);
      assert.match(stderr, /the replication slot was not checked: OperationalError: no such host/);
      const { slots, warnings } = space.json("result.json") as Slots;
      assert.deepEqual([slots, warnings], [undefined, []]);
    }));

  test("slots: a tap that reads no log is not queried", () =>
    inWorkspace(async (space) => {
      const fields = {
        ...tapWith(space, [ROW]),
        catalog: space.write("c.json", CATALOG("INCREMENTAL")),
      };
      await start([request("extract", fields)]).ended;
      assert.ok(!space.exists("asked.json"));
    }));

  test("slots: the command prints them for a tap of any pipeline", () =>
    inWorkspace(async (space) => {
      const { tapConnector, tapConfig } = tapWith(space, [ROW]);
      const { code, stdout } = await start([
        request("slots", { tapConnector, tapConfig, maxSlotBytes: 2_000_000 }),
      ]).ended;
      assert.equal(code, 0);
      assert.match(stdout, /"slot": ?"orders".*more than 2\.0 MB/);
    }));
});

test("slots: names are those of the tap's variant", () => {
  const script = `import sys
sys.path.insert(0, ${JSON.stringify(join(RUNNER, ".."))})
from runner.slots import slot_names
print(slot_names("tap-postgres", {"database": "shop"}))
print(slot_names("tap-postgres-sdk", {"replication_slot_name": "own"}))
print(slot_names("tap-postgres", {"dbname": "Shop-EU", "tap_id": "a"}))
print(slot_names("tap-mysql", {}))`;
  assert.deepEqual(
    execFileSync(PYTHON, ["-B", "-c", script], { encoding: "utf8" }).trim().split("\n"),
    ["['tappostgres']", "['own']", "['pipelinewise_shop_eu', 'pipelinewise_shop_eu_a']", "[]"],
  );
});
