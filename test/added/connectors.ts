/** A connector that is added, type-checked and, where it needs no account, run. */
export interface Added {
  /** Name on the package index. */
  readonly package: string;
  readonly version?: string;
  /** Whether its source archive is committed to a git repository, from which it is added. */
  readonly git?: boolean;
  /** Options for `tapctl add`. */
  readonly options?: readonly string[];
  /** Settings with which it runs without an account. Default: it is not run. */
  readonly run?: string;
}

const onIndex = (...names: readonly string[]): readonly Added[] =>
  names.map((name) => ({ package: name }));

const onGit = (...names: readonly string[]): readonly Added[] =>
  names.map((name) => ({ package: name, git: true }));

/** Connectors besides those that this package has. */
export const CONNECTORS: readonly Added[] = [
  // Built with the Singer SDK.
  ...onIndex(
    "meltanolabs-tap-github",
    "tap-stackexchange",
    "tap-pypistats",
    "tap-readthedocs",
    "tap-betterstack",
    "tap-bitly",
    "tap-clerk",
    "tap-fedidb",
    "tap-formbricks",
    "tap-neon",
    "tap-prefect",
    "tap-pulumi-cloud",
    "tap-pushbullet",
    "tap-shortcut",
    "tap-sleeper",
    "tap-dbt",
    "tap-linear",
    "tap-dune",
    "tap-openproject",
    "tap-planetscaleapi",
    "target-apprise",
    "target-parquet",
    "target-s3",
    "target-elasticsearch",
  ),
  { package: "tap-forem", run: "{}" },
  { package: "tap-dimdate", run: "{}" },
  { package: "tap-jsonl" },
  { package: "target-sqlite", run: `{ path_to_db: "output.db", database: "output.db" }` },
  { package: "target-singer-jsonl" },
  // Older ones.
  ...onIndex(
    "tap-zendesk",
    "tap-salesforce",
    "tap-stripe",
    "tap-toggl",
    "tap-trello",
    "tap-typeform",
    "tap-mailchimp",
    "pipelinewise-tap-mysql",
    "pipelinewise-tap-s3-csv",
    "pipelinewise-target-snowflake",
    "tap-fixerio",
    "target-stitch",
    "target-gsheet",
  ),
  { package: "target-json", run: "{}" },
  // From git: their source archives stand in for their repositories.
  ...onGit(
    "tap-google-sheets",
    "tap-intercom",
    "tap-shopify",
    "tap-gitlab",
    "tap-harvest",
    "tap-recharge",
    "tap-slack",
    "tap-stackexchange",
    "tap-pypistats",
    "pipelinewise-tap-github",
    "pipelinewise-target-s3-csv",
  ),
  { package: "target-jsonl", version: "0.1.4", git: true, run: "{}" },
  // Rejected with an error.
  ...onIndex("requests", "target-encoding", "tap-a-package-that-no-index-has"),
];
