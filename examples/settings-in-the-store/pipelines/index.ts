import { definePipelines, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "customers-by-support",
    description: "Settings: npx tapctl config set customers-by-support --on cluster --tap tap.json",
    schedule: "0 7 * * *",
    configFrom: "store",
    tap: tapPostgres({ host: "shop-db.example.com", user: "etl", database: "shop" }),
    target: targetJsonl({}),
  },
]);
