"""Starts meltanolabs-target-postgres 0.8.1 so that it loses no row and no NULL, and runs in parallel.

The published target names a table after the last part of `SCHEMA-TABLE`: with default_target_schema the streams of
equally named tables in two schemas are loaded into one table, where rows with the same key replace each other. And it
stores NULL in a column of type jsonb as JSON's `null`, which `IS NULL` does not find. And it fails if another process
creates the schema at the same moment, as in a parallel run.

With use_copy it rounds numbers to floats, because it skips SQLAlchemy's types of the dialect; it drops the offset of
times, which an INSERT converts to the time zone of the session; and a quote in the name of a column ends the load.
Records are checked by fastjsonschema, as the SDK suggests, which takes a tenth of the time; what
it refuses is checked again by the SDK's validator, whose verdict and message count.

Run by the Python of the connector's environment, with the target's own arguments.
"""

import sys
from datetime import datetime, tzinfo
from typing import Any

import fastjsonschema
import sqlalchemy
from singer_sdk.sinks.core import JSONSchemaValidator
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


def do_copy(self: Any, connection: Any, statement: str, columns: list[Any], rows: Any) -> None:
    zone = connection.connection.driver_connection.info.timezone
    try:
        local = [{name: in_zone(value, zone) for name, value in row.items()} for row in rows]
    except OverflowError:  # The local time is in the year 10000.
        connection.execute(self.generate_insert_statement(self.temp_table_name, columns), rows)
        return
    for column in columns:
        column.type = column.type.dialect_impl(connection.dialect)
    published_do_copy(self, connection, statement, columns, local)


def in_zone(value: Any, zone: tzinfo) -> Any:
    is_moment = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(zone) if is_moment else value


def generate_copy_statement(self: Any, table: str, columns: list[Any]) -> str:
    quoted = ['"%s"' % name.replace('"', '""') for name in (table, *(one.name for one in columns))]
    return "COPY %s (%s) FROM STDIN" % (quoted[0], ", ".join(quoted[1:]))


class FastValidator(JSONSchemaValidator):  # type: ignore[misc]
    """Accepts at once what fastjsonschema accepts."""

    def __init__(self, schema: dict[str, Any]) -> None:
        super().__init__(schema)
        try:
            self._accepts = fastjsonschema.compile(schema, use_default=False, use_formats=False)
        except Exception:  # also of re, for a pattern of another dialect
            self._accepts = super().validate

    def validate(self, record: dict[str, Any]) -> None:
        try:
            self._accepts(record)
        except fastjsonschema.JsonSchemaValueException:
            super().validate(record)


def get_validator(self: Any) -> Any:
    return FastValidator(self.schema) if self.validate_schema else None


published_setup = PostgresSink.setup
published_prepare_schema = PostgresConnector.prepare_schema
published_column_representation = PostgresSink.column_representation
published_do_copy = PostgresSink._do_copy
PostgresSink.setup = setup
PostgresConnector.prepare_schema = prepare_schema
PostgresSink.column_representation = column_representation
PostgresSink._do_copy = do_copy
PostgresSink.generate_copy_statement = generate_copy_statement
PostgresSink.get_validator = get_validator

TargetPostgres.cli()
