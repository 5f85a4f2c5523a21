import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { demo } from "./support";

test("demo: unknown options are rejected, and --help lists the others", async () => {
  await assert.rejects(
    demo(tmpdir(), "--offline"),
    /--offline\.\nAvailable options: --online, --postgres and --help\./,
  );
  assert.match(await demo(tmpdir(), "--help"), /npm run demo -- --online/);
});
