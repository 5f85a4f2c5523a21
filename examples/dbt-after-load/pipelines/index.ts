import { definePipelines, secret, tapPostgres, targetPostgres } from "tapctl";

const warehouse = { host: "warehouse.example.com", user: "etl", database: "warehouse" };
const dbt = {
  image: "registry.example.com/etl/dbt-shop:1.4.0",
  runAsUser: 1000,
  env: { DBT_HOST: warehouse.host, DBT_PASSWORD: secret("warehouse-password") },
};

export const pipelines = definePipelines([
  {
    name: "shop-with-models",
    schedule: "0 3 * * *",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: ["public-*"],
    target: targetPostgres({ ...warehouse, password: secret("warehouse-password") }),
    followUps: [
      { name: "build", ...dbt, command: ["dbt", "build", "--select", "shop"] },
      { name: "check", ...dbt, command: ["dbt", "test", "--select", "tag:daily"] },
    ],
  },
]);
