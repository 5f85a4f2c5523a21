import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { commandsFor } from "../../src/common/commands";
import { joinErrors, UserError } from "../../src/common/errors";

const noRun = new UserError('"orders" has no run.', {
  fix: ({ tapctl }) => `Run it with: ${tapctl("run orders")}`,
  exitCode: 3,
});
const onCluster = commandsFor({ options: ["--on cluster"] });

suite("errors", () => {
  test("UserError: its message has the problem and the fix on separate lines", () => {
    assert.equal(noRun.message, '"orders" has no run.\nRun it with: npx tapctl run orders');
    assert.equal(new UserError("nothing to fix").message, "nothing to fix");
  });

  test("UserError: the printed text has the commands for the project, stack and cluster in use", () => {
    assert.equal(
      noRun.textWith(onCluster),
      '"orders" has no run.\nRun it with: npx tapctl run orders --on cluster',
    );
  });

  test("UserError: a place in front keeps the fix and the exit code", () => {
    const placed = noRun.in("store");
    assert.deepEqual(
      [placed.problem, placed.fixWith(onCluster), placed.exitCode],
      ['store: "orders" has no run.', noRun.fixWith(onCluster), 3],
    );
  });

  test("UserError: joined errors list all problems, then each fix once", () => {
    const joined = joinErrors([noRun, noRun.in("copy"), new UserError("no fix")]);
    assert.equal(
      joined.textWith(onCluster),
      '"orders" has no run.\ncopy: "orders" has no run.\nno fix\nRun it with: npx tapctl run orders --on cluster',
    );
    assert.equal(joined.exitCode, 3);
    assert.equal(joinErrors([new UserError("no fix")]).message, "no fix");
  });
});
