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
  test("the message is the problem and the fix on lines of their own", () => {
    assert.equal(noRun.message, '"orders" has no run.\nRun it with: npx tapctl run orders');
    assert.equal(new UserError("nothing to fix").message, "nothing to fix");
  });

  test("the printed text has the commands of the place", () => {
    assert.equal(
      noRun.textWith(onCluster),
      '"orders" has no run.\nRun it with: npx tapctl run orders --on cluster',
    );
  });

  test("an error with a place keeps its fix and its exit code", () => {
    const placed = noRun.in("store");
    assert.deepEqual(
      [placed.problem, placed.fixWith(onCluster), placed.exitCode],
      ['store: "orders" has no run.', noRun.fixWith(onCluster), 3],
    );
  });

  test("joined errors list the problems, then each fix once", () => {
    const joined = joinErrors([noRun, noRun.in("copy"), new UserError("no fix")]);
    assert.equal(
      joined.textWith(onCluster),
      '"orders" has no run.\ncopy: "orders" has no run.\nno fix\nRun it with: npx tapctl run orders --on cluster',
    );
    assert.equal(joined.exitCode, 3);
    assert.equal(joinErrors([new UserError("no fix")]).message, "no fix");
  });
});
