import { definePipelines, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "customers-by-support",
    description: "Customers, with settings that support changes by `npx tapctl config set`",
    schedule: "0 7 * * *",
    configFrom: "store",
    tap: tapPostgres({ host: "shop-db.example.com", user: "etl", database: "shop" }),
    target: targetJsonl({}),
  },
]);
