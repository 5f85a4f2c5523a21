"""Runs dlt, and exports what a tool loaded into DuckDB or Parquet files as CSV. Called by the comparison with peers."""

import json
import os
import sys


def load(work: dict) -> None:
    """Loads a table of PostgreSQL with dlt and its fastest backend for that destination."""
    import dlt
    from dlt.sources.sql_database import sql_table

    incremental = dlt.sources.incremental("updated_at") if work["mode"] == "merge" else None
    source = sql_table(
        credentials=work["source"],
        table=work["table"],
        schema="public",
        backend="pyarrow",
        chunk_size=50000,
        incremental=incremental,
        reflection_level="full_with_precision",
    )
    source.apply_hints(primary_key="id")
    destinations = {
        "postgres": lambda: dlt.destinations.postgres(work["destination"]),
        "duckdb": lambda: dlt.destinations.duckdb(work["destination"]),
        "parquet": lambda: dlt.destinations.filesystem(work["destination"]),
    }
    formats = {"postgres": "csv", "duckdb": "parquet", "parquet": "parquet"}
    pipeline = dlt.pipeline(
        "peers",
        destination=destinations[work["kind"]](),
        dataset_name="dlt",
        pipelines_dir=work["folder"],
    )
    pipeline.run(
        source, write_disposition=work["mode"], loader_file_format=formats[work["kind"]]
    ).raise_on_failed_jobs()


def export(work: dict) -> None:
    """Writes the rows of a DuckDB table or of Parquet files to a CSV file."""
    import duckdb

    connection = duckdb.connect(work.get("database", ":memory:"), read_only="database" in work)
    columns = ", ".join(work["columns"])
    connection.execute("set timezone = 'UTC'")
    connection.execute(
        f"copy (select {columns} from {work['from']}) to '{work['file']}' (header false)"
    )


if __name__ == "__main__":
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    {"load": load, "export": export}[sys.argv[1]](json.loads(sys.argv[2]))
