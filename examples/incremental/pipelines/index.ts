import { definePipelines, secret, tapPostgres, targetPostgres } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "orders-incremental",
    schedule: "*/15 * * * *",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: [
      {
        stream: "public-orders",
        replicationMethod: "INCREMENTAL",
        replicationKey: "updated_at",
        exclude: ["card_*"],
      },
    ],
    target: targetPostgres({
      host: "warehouse.example.com",
      user: "etl",
      password: secret("warehouse-password"),
      database: "warehouse",
    }),
    expectations: { maxStaleness: "2h" },
  },
]);
