import { definePipelines, secret, tapPostgres, targetPostgres } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "reference-tables",
    schedule: "0 2 * * *",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: [
      { stream: "public-countries", replicationMethod: "FULL_TABLE" },
      { stream: "public-currencies", replicationMethod: "FULL_TABLE" },
    ],
    target: targetPostgres({
      host: "warehouse.example.com",
      user: "etl",
      password: secret("warehouse-password"),
      database: "warehouse",
      default_target_schema: "reference",
    }),
    expectations: { minRecords: 100 },
  },
]);
