import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  secret,
  tap,
  tapPostgres,
  tapPostgresSdk,
  tapRestApi,
  targetCsv,
  targetDuckdb,
  targetFiles,
  targetPostgres,
  targetPostgresSdk,
} from "../../connectors";
import { install } from "../connectors/support";

/** Settings that the connectors accept as deprecated. */
const DEPRECATED = ["dialect+driver", "output_path_prefix"];

interface About {
  readonly settings: {
    readonly properties: { readonly [name: string]: { readonly description?: string } };
  };
}

for (const use of [
  tapRestApi({ api_url: "http://api" }),
  tapPostgres({}),
  tapPostgresSdk({}),
  targetCsv({}),
  targetDuckdb({ path: "x" }),
  targetFiles({}),
  targetPostgres({}),
  targetPostgresSdk({}),
]) {
  test(`${use.connector.name}: its typed settings are those of --about`, async () => {
    const { descriptionFile } = await install(use);
    const { command } = JSON.parse(readFileSync(descriptionFile, "utf8")) as {
      readonly command: readonly [string, ...string[]];
    };
    const [program, ...args] = command;
    const about = JSON.parse(
      execFileSync(program, [...args, "--about", "--format=json"], {
        encoding: "utf8",
        stdio: "pipe",
      }),
    ) as About;
    const names = Object.entries(about.settings.properties).flatMap(([name, { description }]) =>
      DEPRECATED.includes(name) || description?.startsWith("Not supported") ? [] : [name],
    );
    assert.deepEqual(Object.keys(use.connector.settings ?? {}).sort(), names.sort());
  });
}

test("connector settings: an unknown name or a wrong type does not compile", () => {
  // @ts-expect-error a setting that the connector does not have
  targetCsv({ filenames: "x.csv" });
  // @ts-expect-error a required setting is missing
  targetDuckdb({ batch_size_rows: 10 });
  // @ts-expect-error a number in quotes
  tapPostgres({ port: "5432" });
  // @ts-expect-error a method that the tap does not know
  tapPostgres({ default_replication_method: "FULL" });
  // @ts-expect-error a stream without a name
  tapRestApi({ api_url: "http://api", streams: [{ path: "/rates" }] });
  tapRestApi({
    api_url: "http://api",
    headers: { authorization: secret("api-token") },
    streams: [{ name: "rates", params: { base: "USD" } }],
  });
  const one = tap({ name: "tap-shop", package: "tap-shop", version: "1.0.0" });
  assert.deepEqual(one({ anything: { at: ["all"] } }).settings, { anything: { at: ["all"] } });
});
