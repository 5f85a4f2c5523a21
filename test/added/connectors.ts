/** A connector that is added, type-checked and, if it needs no account, run. */
export interface Added {
  /** Name on the package index, or a repository with a tag or commit: `owner/name@ref`. */
  readonly package: string;
  readonly version?: string;
  /** Options for `tapctl add`. */
  readonly options?: readonly string[];
  /** Settings with which it runs without an account. Default: it is not run. */
  readonly run?: string;
}

const named = (...names: readonly string[]): readonly Added[] =>
  names.map((name) => ({ package: name }));

/** Connectors besides those that this package has. */
export const CONNECTORS: readonly Added[] = [
  // Built with the Singer SDK.
  ...named(
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
  ...named(
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
  // From git. Most of them are on no package index, or an index has another package of that name.
  ...named(
    "MeltanoLabs/tap-universal-file@v0.0.1",
    "MeltanoLabs/tap-google-analytics@v0.1.1",
    "MeltanoLabs/tap-meltanohub@bc80b49f037ce95e34ff0c0f00c49c26d18a57d5",
    "MeltanoLabs/target-mssql@v0.1.5",
    "hotgluexyz/tap-csv@v0.1.7",
    "singer-io/tap-google-sheets@v3.1.2",
    "singer-io/tap-intercom@v2.2.1",
    "singer-io/tap-mambu@v4.6.1",
    "singer-io/tap-referral-saasquatch@v2.1.0",
    "singer-io/tap-slack@v1.1.2",
    "transferwise/pipelinewise-tap-twilio@v1.1.2",
  ),
  {
    package: "MeltanoLabs/tap-csv@v1.3.2",
    run: `{ files: [{ entity: "things", path: "things.csv", keys: ["id"] }] }`,
  },
  {
    package: "MeltanoLabs/tap-jaffle-shop@v0.3.1",
    run: `{ years: 1, stream_name_prefix: "raw-" }`,
  },
  {
    package: "MeltanoLabs/target-sqlite@d4e802eadfd383d0b6993f97769e2d1ae8099507",
    run: `{ database: "output.db" }`,
  },
  { package: "MeltanoLabs/target-yaml@3d9dc981d0d92678d428b78bbe0ab88d64a61d06", run: "{}" },
  { package: "hotgluexyz/tap-mock@v0.0.3", run: `{ auth_type: "api_key", api_key: "none" }` },
  { package: "hotgluexyz/target-parquet@v0.1.4", run: "{}" },
  // Rejected with an error.
  ...named("requests", "target-encoding", "tap-a-package-that-no-index-has"),
  // A program in Go.
  { package: "MeltanoLabs/target-jsonl-blob@v0.0.12" },
];
