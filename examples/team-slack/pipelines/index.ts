import { definePipelines, secret, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "orders-for-finance",
    owner: "finance-data",
    labels: { domain: "finance" },
    schedule: "0 6 * * MON-FRI",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: ["public-orders"],
    target: targetJsonl({}),
    notifications: {
      on: ["succeeded", "failed", "recovered"],
      webhook: secret("finance-slack-webhook"),
    },
  },
]);
