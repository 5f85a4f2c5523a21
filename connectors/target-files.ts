import { target } from "../src/model/connector";

/** Settings of {@link targetFiles}. */
export interface TargetFilesSettings {
  /** Folder for the files, or `s3://bucket/prefix`. Default: the output folder of the run. */
  readonly output_path?: string;

  /** Format of the files: Parquet, CSV or JSON Lines. Default: `parquet`. */
  readonly format?: "parquet" | "csv" | "jsonl";

  /**
   * Compression: `zstd`, `gzip`, `snappy` or `none` for Parquet; `none`, `gzip` or `zstd` for CSV;
   * `none` or `gzip` for JSON Lines. Default: `zstd` for Parquet, otherwise `none`.
   */
  readonly compression?: "zstd" | "gzip" | "snappy" | "none";

  /** Delimiter of CSV files. Default: `,`. */
  readonly delimiter?: string;

  /** Columns whose values become folders, such as `country=DE`. Default: none. */
  readonly partition_by?: readonly string[];

  /**
   * Puts the files of a day into a folder, such as `extraction_date=2026-11-29`: the day, in UTC, on
   * which the run starts. Default: false.
   */
  readonly partition_by_date?: boolean;

  /** Rows after which a file ends and the state is reported. Default: 1000000. */
  readonly file_rows?: number;

  /** Folder for temporary files. Default: the system's temporary folder. */
  readonly temp_dir?: string;

  /** Endpoint of an S3-compatible store, such as `http://minio:9000`. Default: AWS. */
  readonly s3_endpoint_url?: string;

  /** Region of the bucket. Default: that of the AWS configuration. */
  readonly s3_region?: string;

  /**
   * Access key. Default: the AWS credential chain, such as environment variables, a profile or the
   * role of the pod.
   */
  readonly s3_access_key_id?: string;

  /** Secret of the access key, as `secret("…")`. Default: the AWS credential chain. */
  readonly s3_secret_access_key?: string;

  /** Session token of temporary credentials, as `secret("…")`. Default: none. */
  readonly s3_session_token?: string;
}

/**
 * Writes Parquet, CSV or JSON Lines files with a bulk connector, to the output folder of the run or
 * to S3. Files appear when they are complete. A manifest per run, `_manifests/<run>.json`, lists
 * them with their rows and bytes.
 *
 * @example `targetFiles({ format: "parquet", partition_by_date: true })`
 */
export const targetFiles = target<TargetFilesSettings>({
  name: "target-files",
  bulk: "target_files",
  requirements: ["boto3==1.44.8", "duckdb==1.5.6", "msgspec==0.23.0"],
  settings: {
    output_path: "string",
    format: "string",
    compression: "string",
    delimiter: "string",
    partition_by: "json",
    partition_by_date: "boolean",
    file_rows: "number",
    temp_dir: "string",
    s3_endpoint_url: "string",
    s3_region: "string",
    s3_access_key_id: "string",
    s3_secret_access_key: "string",
    s3_session_token: "string",
  },
  required: [],
  concurrentSetup: true,
  outputSetting: "output_path",
  destination: ["output_path"],
  limitations: [
    {
      cases: ["decimal_38"],
      outcome: "differs",
      text: "Parquet: numbers are stored as `DOUBLE`, which keeps 15 to 17 digits. CSV and JSON Lines keep all digits.",
    },
    {
      cases: ["number_38", "int_38", "int_10_38"],
      outcome: "rejected",
      text: "Parquet: integers beyond 64 bits, and those that the tap declares as a number and that a `DOUBLE` would round. CSV and JSON Lines keep them.",
    },
    {
      cases: ["column_case"],
      outcome: "rejected",
      text: "CSV and Parquet: two columns whose names differ only in case.",
    },
  ],
});
