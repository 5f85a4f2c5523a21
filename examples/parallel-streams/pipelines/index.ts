import { definePipelines, secret, tapPostgres, targetPostgres } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "shop-to-warehouse",
    schedule: "0 * * * *",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: ["public-*"],
    target: targetPostgres({
      host: "warehouse.example.com",
      user: "etl",
      password: secret("warehouse-password"),
      database: "warehouse",
      default_target_schema: "shop",
    }),
    mode: "stream",
    parallel: 4,
    resources: { tap: { memory: "256Mi" }, target: { cpu: "250m", memory: "512Mi" } },
  },
]);
