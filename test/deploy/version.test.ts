import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseNewer } from "../../src/deploy/version";

const madeBy = (version?: string) => [
  { type: "kubernetes:core/v1:Namespace", id: "argo" },
  {
    type: "pulumi:pulumi:Stack",
    outputs: { pipelines: 2, ...(version !== undefined && { version }) },
  },
];

test("stack version: stacks of this, an older or an unknown version are updated", () => {
  for (const version of ["1.2.3", "1.2.2", "1.1.9", "0.99.0", "1.2.3-rc.1", undefined])
    refuseNewer(madeBy(version), "1.2.3");
  refuseNewer([], "1.2.3");
});

test("stack version: a stack of a newer version is rejected", () => {
  for (const version of ["1.2.4", "1.10.0", "2.0.0"]) {
    assert.throws(() => refuseNewer(madeBy(version), "1.2.3"), {
      message: `The stack was last updated by tapctl ${version}, which is newer than this version, 1.2.3.\nUpgrade first: npm install tapctl@${version}`,
    });
  }
});
