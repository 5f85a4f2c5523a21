import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { stack } from "../../components/program";
import { pulumiCommand, stackCommand } from "../../src/common/command-text";
import { record } from "../support/record";

test("program: invalid pipelines are one error without a stack trace, and nothing is registered", async () => {
  let error: unknown;
  const registrations = await record(() =>
    stack([{ name: "Orders" } as never])().catch((reason: unknown) => (error = reason)),
  );
  assert.ok(pulumi.RunError.isInstance(error));
  assert.match(error.message, /pipelines\[0\]/);
  assert.deepEqual(registrations, []);
});

test("program: printed commands name the stack of the engine", () => {
  assert.equal(stackCommand("recover"), "npx tapctl recover --stack test");
  assert.equal(pulumiCommand("up"), "pulumi up --stack test");
});
