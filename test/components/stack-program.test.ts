import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { definePipelines, secret, tapPostgres, targetJsonl } from "../../src/index";
import { stack } from "../../components/program";
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

test("program: the command in an error names the engine's stack", async () => {
  let error: unknown;
  const pipelines = definePipelines([
    {
      name: "orders",
      schedule: "0 6 * * *",
      tap: tapPostgres({
        host: "db",
        user: "etl",
        password: secret("shop-password"),
        database: "shop",
      }),
      target: targetJsonl({}),
    },
  ]);
  await record(() => stack(pipelines)().catch((reason: unknown) => (error = reason)));
  assert.match(
    String(error),
    /"shop-password" is not set\nSet the secret with: pulumi config set .* --stack test$/,
  );
});
