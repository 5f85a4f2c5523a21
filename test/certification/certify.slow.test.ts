import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { shippedConnectors } from "../../connectors/shipped";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { certifyConnector } from "./connectors";
import { surprise } from "./outcome";

suite("certification", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
  });

  after(() => postgres.stop());

  for (const connector of shippedConnectors()) {
    test(`certification: ${connector.name} behaves in every case as its definition documents`, async () => {
      const cells = await certifyConnector(connector, postgres);
      assert.deepEqual(
        cells.flatMap((cell) => surprise(connector, cell) ?? []),
        [],
      );
    });
  }
});
