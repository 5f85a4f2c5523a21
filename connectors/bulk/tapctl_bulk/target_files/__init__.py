"""target-files: writes JSON Lines, CSV and Parquet files to a folder or to S3."""
