"""Starts meltanolabs-target-postgres 0.8.1 so that no stream overwrites another, and NULL in a JSON column stays NULL.

The published target names a table after the last part of `SCHEMA-TABLE`: with default_target_schema the streams of
equally named tables in two schemas are loaded into one table, where rows with the same key replace each other. And it
stores NULL in a column of type jsonb as JSON's `null`, which `IS NULL` does not find.

Run by the Python of the connector's environment, with the target's own arguments.
"""

import sys
from typing import Any

import sqlalchemy
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


published_setup = PostgresSink.setup
published_column_representation = PostgresSink.column_representation
PostgresSink.setup = setup
PostgresSink.column_representation = column_representation

TargetPostgres.cli()
