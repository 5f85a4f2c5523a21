import { definePipelines, secret, tapRestApi, targetDuckdb } from "tapctl";

export const pipelines = definePipelines([
  {
    name: "tickets-to-duckdb",
    schedule: "30 5 * * *",
    timezone: "America/New_York",
    tap: tapRestApi({
      api_url: "https://desk.example.com/api/v2",
      auth_method: "bearer_token",
      bearer_token: secret("desk-token"),
      pagination_request_style: "jsonpath_paginator",
      next_page_token_path: "$.next_page",
      streams: [
        {
          name: "tickets",
          path: "/tickets",
          records_path: "$.tickets[*]",
          primary_keys: ["id"],
          replication_key: "updated_at",
        },
      ],
    }),
    target: targetDuckdb({ path: "/data/warehouse.duckdb", default_target_schema: "desk" }),
  },
]);
