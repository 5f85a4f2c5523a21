import { definePipelines, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "customers-by-support",
    description:
      "Customers, with settings that the support team changes with `npx tapctl config put`",
    schedule: "0 7 * * *",
    configFrom: "store",
    tap: tapPostgres({ host: "shop-db.example.com", user: "etl", database: "shop" }),
    target: targetJsonl({}),
  },
]);
