"""Starts meltanolabs-target-postgres 0.8.1 so that it loses no row and no NULL, and runs in parallel.

The published target names a table after the last part of `SCHEMA-TABLE`: with default_target_schema the streams of
equally named tables in two schemas are loaded into one table, where rows with the same key replace each other. And it
stores NULL in a column of type jsonb as JSON's `null`, which `IS NULL` does not find. And it fails if another process
creates the schema at the same moment, as in a parallel run.

Run by the Python of the connector's environment, with the target's own arguments.
"""

import sys
from typing import Any

import sqlalchemy
from target_postgres.connector import PostgresConnector
from target_postgres.sinks import PostgresSink
from target_postgres.target import TargetPostgres

streams_by_table: dict[str, str] = {}


def setup(self: Any) -> None:
    table = str(self.full_table_name)
    other = streams_by_table.setdefault(table, self.stream_name)
    if other != self.stream_name:
        sys.exit(
            'streams "%s" and "%s" would both be loaded into the table %s: load them by two pipelines '
            "with different settings of default_target_schema" % (other, self.stream_name, table)
        )
    published_setup(self)


def column_representation(self: Any, schema: dict[str, Any]) -> Any:
    columns = published_column_representation(self, schema)
    for column in columns:
        if isinstance(column.type, sqlalchemy.JSON):
            column.type.none_as_null = True
    return columns


def prepare_schema(self: Any, schema_name: str) -> None:
    try:
        published_prepare_schema(self, schema_name)
    except sqlalchemy.exc.DBAPIError:
        if not self.schema_exists(schema_name):
            raise


published_setup = PostgresSink.setup
published_prepare_schema = PostgresConnector.prepare_schema
published_column_representation = PostgresSink.column_representation
PostgresSink.setup = setup
PostgresConnector.prepare_schema = prepare_schema
PostgresSink.column_representation = column_representation

TargetPostgres.cli()
