import { definePipelines, secret, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "shop-to-files",
    schedule: "0 * * * *",
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
