import { tapPostgres, targetJsonl } from "../../../connectors";
import { secret } from "../../../src/model/connector-settings";
import type { PipelineEntry } from "../../../src/model/define";

/** Pipelines that differ in name, schedule and table; suspended, so that none of them runs. */
export function manyPipelines(count: number): readonly PipelineEntry[] {
  return Array.from({ length: count }, (_, number) => ({
    name: `orders-${String(number).padStart(4, "0")}`,
    description: "Orders of a shop",
    owner: "data@example.com",
    schedule: `${number % 60} ${number % 24} * * *`,
    suspend: true,
    tap: tapPostgres({
      host: "shop-db",
      port: 5432,
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: [
      {
        stream: `public-orders_${number}`,
        replicationMethod: "INCREMENTAL",
        replicationKey: "updated_at",
      },
    ],
    target: targetJsonl({}),
  }));
}
