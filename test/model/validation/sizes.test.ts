import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { runArguments } from "../../../src/manifests/argo/run-parameters";
import type { FollowUp } from "../../../src/model/replication";
import { images, settings } from "../../manifests/fixtures";
import { job, replication, textsOf } from "../support";

const KIB = 1024;
const followUp = { name: "dbt", image: "acme/dbt:1", command: ["dbt"] };

test("size limits: an argument or variable too long for Linux is rejected", () => {
  const long = "x".repeat(128 * KIB - 1);
  assert.deepEqual(textsOf({ ...job, command: ["dbt", `${long}x`] }), [
    "command[1]: has 128 KiB, more than the 128 KiB that Linux allows\nMove the content into the image or the object store.",
  ]);
  assert.match(textsOf({ ...job, env: { A: long } })[0] ?? "", /^env\.A: has 129 KiB/);
  assert.match(
    textsOf({
      ...replication,
      followUps: [followUp, { ...followUp, name: "two", command: ["dbt", "é".repeat(65 * KIB)] }],
    })[0] ?? "",
    /^followUps\[1\]\.command\[1\]: has 130 KiB/,
  );
});

test(
  "size limits: Linux accepts the longest single argument and rejects a longer one",
  { skip: process.platform !== "linux" },
  () => {
    const start = (length: number) => execFileSync("/bin/true", ["x".repeat(length)]);
    start(128 * KIB - 1);
    assert.throws(() => start(128 * KIB), { code: "E2BIG" });
  },
);

test("size limits: commands and variables together are limited to what fits a Workflow", () => {
  const half = "x".repeat(61 * KIB);
  assert.deepEqual(textsOf({ ...job, command: ["dbt", half] }), []);
  assert.deepEqual(textsOf({ ...job, command: ["dbt", half, half] }), [
    "command and env have 123 KiB in total, more than 120 KiB\nMove the content into the image or the object store.",
  ]);
  const two = [followUp, { ...followUp, name: "two" }].map((one) => ({ ...one, env: { A: half } }));
  assert.match(
    textsOf({ ...replication, followUps: two })[0] ?? "",
    /^followUps: commands and env have 123 KiB in total/,
  );
  assert.deepEqual(textsOf({ ...replication, followUps: two.slice(1) }), []);
});

test("size limits: no accepted entry gives a parameter of 128 KiB, whatever its characters", () => {
  for (const character of ["x", "$", '"', "\\", "\n", "é", "\u{1f600}", "{{"]) {
    // The most that is accepted.
    let [fits, fails] = [0, 128 * KIB];
    const of = (count: number): readonly FollowUp[] => [
      { ...followUp, command: ["dbt", character.repeat(count)] },
    ];
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1;
      if (textsOf({ ...replication, followUps: of(middle) }).length === 0) fits = middle;
      else fails = middle;
    }
    assert.ok(fits > 0);
    const parameters = runArguments(
      { entry: { ...replication, schedule: "@daily", followUps: of(fits) }, images: images() },
      settings,
      "schedule",
    );
    for (const { name, value } of parameters)
      assert.ok(
        Buffer.byteLength(value) < 128 * KIB,
        `${name} has ${Buffer.byteLength(value)} bytes of ${JSON.stringify(character)}`,
      );
  }
});
