/** What a new project's first pipeline reads from, or loads into. */
interface Part {
  /** As a choice of the questions. */
  readonly title: string;
  /** Functions that its text calls. */
  readonly imports: readonly string[];
  /** Fields of the pipeline, indented by four spaces. */
  readonly text: string;
}

/** A source and the name that its pipeline starts with. */
type Source = Part & { readonly pipeline: string };

export const SOURCES = {
  "exchange-rates": {
    title: "exchange rates from a public API, to try it out",
    pipeline: "exchange-rates",
    imports: ["tapRestApi"],
    text: `    tap: tapRestApi({
      api_url: "https://api.frankfurter.dev",
      start_date: "2026-11-02",
      streams: [
        {
          name: "exchange_rate",
          path: "/v2/rates",
          params: { base: "USD", quotes: "EUR,GBP,JPY" },
          primary_keys: ["date", "base", "quote"],
          replication_key: "date",
          source_search_field: "from",
          source_search_query: "$last_run_date",
        },
      ],
    }),`,
  },
  postgres: {
    title: "PostgreSQL",
    pipeline: "shop-orders",
    imports: ["secret", "tapPostgres"],
    text: `    tap: tapPostgres({
      host: "localhost",
      user: "shop",
      password: secret("shop-password"),
      database: "shop",
    }),
    streams: [
      { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
    ],`,
  },
  rest: {
    title: "a REST API",
    pipeline: "tickets",
    imports: ["secret", "tapRestApi"],
    text: `    tap: tapRestApi({
      api_url: "https://desk.example.com/api/v2",
      auth_method: "bearer_token",
      bearer_token: secret("desk-token"),
      streams: [
        {
          name: "tickets",
          path: "/tickets",
          records_path: "$.tickets[*]",
          primary_keys: ["id"],
          replication_key: "updated_at",
        },
      ],
    }),`,
  },
} as const satisfies Readonly<Record<string, Source>>;

export const TARGETS = {
  files: {
    title: "CSV files in the object store",
    imports: ["targetCsv"],
    text: `    target: targetCsv({}),`,
  },
  duckdb: {
    title: "a DuckDB database",
    imports: ["targetDuckdb"],
    text: `    // A file in the project folder. On a cluster, use a database that pods can reach, such as MotherDuck.
    target: targetDuckdb({ path: "warehouse.duckdb" }),`,
  },
  postgres: {
    title: "PostgreSQL",
    imports: ["secret", "targetPostgres"],
    text: `    target: targetPostgres({
      host: "localhost",
      user: "etl",
      password: secret("warehouse-password"),
      database: "warehouse",
    }),`,
  },
} as const satisfies Readonly<Record<string, Part>>;

export const DEFAULT_SCHEDULE = "0 6 * * *";

/** A source and a target of a new project. */
export interface Template {
  readonly source: keyof typeof SOURCES;
  readonly target: keyof typeof TARGETS;
}

/** Templates by name: each source with each target. The default is `exchange-rates`, to files. */
export const TEMPLATES: { readonly [name: string]: Template } = Object.fromEntries(
  (Object.keys(SOURCES) as readonly Template["source"][]).flatMap((source) =>
    (Object.keys(TARGETS) as readonly Template["target"][]).map((target) => [
      templateName({ source, target }),
      { source, target },
    ]),
  ),
);

function templateName({ source, target }: Template): string {
  return source === "exchange-rates" && target === "files" ? source : `${source}-to-${target}`;
}

/** Name of a template's pipeline. */
export function pipelineOf({ source }: Template): string {
  return SOURCES[source].pipeline;
}

/** Text of `pipelines/index.ts` for a template. */
export function arrayText({ source, target }: Template, schedule: string): string {
  const [tap, load] = [SOURCES[source], TARGETS[target]];
  const names = [...new Set(["definePipelines", ...tap.imports, ...load.imports])].sort();
  return `import { ${names.join(", ")} } from "tapctl";

/**
 * The pipelines of this project. Add yours here; \`npx tapctl validate\` checks them and
 * \`npx tapctl run NAME\` runs one.
 */
export const pipelines = definePipelines([
  {
    name: ${JSON.stringify(tap.pipeline)},
    schedule: ${JSON.stringify(schedule)},
${tap.text}
${load.text}
  },
]);
`;
}
