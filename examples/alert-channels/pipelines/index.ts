import { definePipelines, secret, tapPostgres, targetJsonl } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "orders-for-billing",
    owner: "billing-data",
    schedule: "*/30 * * * *",
    tap: tapPostgres({
      host: "shop-db.example.com",
      user: "etl",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: ["public-orders"],
    target: targetJsonl({}),
    notifications: {
      channels: [
        { kind: "slack", webhook: secret("billing-slack") },
        // Opens one incident when a run fails; the next success resolves it.
        { kind: "pagerduty", routingKey: secret("billing-pagerduty"), severity: "critical" },
        {
          kind: "email",
          host: "smtp.example.com",
          user: "etl",
          password: secret("smtp-password"),
          from: "Data platform <data@example.com>",
          to: ["billing@example.com"],
        },
        {
          kind: "webhook",
          url: secret("billing-webhook"),
          headers: { Authorization: secret("billing-webhook-token") },
          body: { content: "{{text}}", pipeline: "{{pipeline}}", records: "{{records}}" },
        },
      ],
    },
  },
]);
