import { definePipelines, secret, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "orders",
    schedule: "@hourly",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: ["public-orders"],
    target: targetJsonl({}),
  },
]);
