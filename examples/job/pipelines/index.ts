import { definePipelines, secret } from "tapctl";

export const pipelines = definePipelines([
  {
    kind: "job",
    name: "vacuum-warehouse",
    description: "Weekly maintenance of the warehouse",
    schedule: "0 4 * * SUN",
    timezone: "Europe/Berlin",
    image: "postgres:17",
    runAsUser: 999,
    command: ["psql", "--command", "VACUUM (ANALYZE)"],
    env: {
      PGHOST: "warehouse.example.com",
      PGUSER: "etl",
      PGDATABASE: "warehouse",
      PGPASSWORD: secret("warehouse-password"),
    },
    deadline: "2h",
  },
]);
