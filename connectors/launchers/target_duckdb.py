"""Starts target-duckdb 0.8.0 with a loader for batches that loses and changes nothing.

The published target writes a batch to a CSV file and lets DuckDB guess what is in it. DuckDB 1.1 and newer then take
the first row for a header if a column is a timestamp or all columns are text, and that row is lost. Here COPY is given
every option, so that nothing is guessed. Also different from the published target:

- Empty text stays empty text; it becomes NULL there.
- A line may be longer than 2 MB.
- A time with an offset is stored in UTC; newer DuckDB versions drop the offset.
- Text in a column of type JSON is stored as a JSON string; it is parsed there, and most text fails.
- A column whose schema allows everything is stored as JSON; it is left out there.
- An integer that a column of type DOUBLE would round ends the load.
- A column may have quotes in its name.
- Two streams that would be loaded into the same table end the load; one overwrites rows of the other there.
- ("a,b", "c") and ("a", "b,c") are two composite keys; they count as the same row there.

Run by the Python of the connector's environment, with the target's own arguments.
"""

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Optional

import duckdb
import target_duckdb
from target_duckdb import db_sync

ANY = ["null", "boolean", "integer", "number", "string", "array", "object"]
COMBINED = {"type", "anyOf", "oneOf", "allOf"}
BEFORE_CHRIST = re.compile(r"(\d+-\d\d-\d\d)(.*) BC")
OFFSET = re.compile(r"(.*:.*?) ?(?:Z|([+-])(\d\d):?(\d\d)?(?::(\d\d))?)")
MOMENT = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)[T ])?(\d\d):(\d\d):(\d\d)(\.\d+)?")


def load_rows(self: Any, records: Iterable[Any], count: int, temp_dir: str) -> None:
    """Loads a batch into its table: replaces the rows whose keys it has, appends the others."""
    stream = self.stream_schema_message["stream"]
    self.logger.info("Loading %d rows into '%s'", count, self.table_name(stream, False))
    staging = self.table_name(stream, is_temporary=True)
    path = os.path.join(temp_dir, staging + ".csv")
    try:
        self.conn.execute(self.create_table_query(table_name=staging, is_temporary=True))
        longest = write_csv(path, (self.record_to_flattened(record) for record in records))
        self.conn.execute(copy_statement(staging, path, longest))
        update = (
            self.update_from_temp_table(staging)
            if self.stream_schema_message["key_properties"]
            else None
        )
        if update is not None:
            self.conn.execute(update)
        self.conn.execute(self.insert_from_temp_table(staging))
    except (duckdb.Error, ValueError) as error:
        sys.exit('stream "%s": %s' % (stream, one_line(error)))
    finally:
        self.conn.execute("DROP TABLE IF EXISTS " + staging)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def write_csv(path: str, rows: Iterable[Sequence[Any]]) -> int:
    """Writes rows with every value quoted and NULL as nothing; returns the bytes of the longest line."""
    longest = 0
    with open(path, "wb") as file:
        for row in rows:
            line = (",".join(map(quoted, row)) + "\n").encode("utf-8")
            longest = max(longest, len(line))
            file.write(line)
    return longest


def quoted(value: Any) -> str:
    return "" if value is None else '"%s"' % str(value).replace('"', '""')


def copy_statement(table: str, path: str, longest: int) -> str:
    options = [
        "FORMAT csv",
        "AUTO_DETECT false",
        "HEADER false",
        "DELIMITER ','",
        "QUOTE '\"'",
        "ESCAPE '\"'",
        "NEW_LINE '\\n'",
        "NULLSTR ''",
        "ALLOW_QUOTED_NULLS false",
        # A row with line breaks in its text must not be split between threads.
        "PARALLEL false",
        "MAX_LINE_SIZE %d" % max(longest + 1, 2_000_000),
        "BUFFER_SIZE %d" % max(4 * longest, 32_000_000),
    ]
    return "COPY %s FROM '%s' (%s)" % (table, path.replace("'", "''"), ", ".join(options))


def one_line(error: Exception) -> str:
    """DuckDB's error for a value that does not fit, without its advice on CSV files."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next(
        (line for line in lines if line.startswith("Error when converting")),
        lines[0] if lines else repr(error),
    )


def record_to_flattened(self: Any, record: dict[str, Any]) -> list[Any]:
    """The values of a record in the order of the columns, as they are written."""
    values = column_values(record, self.flatten_schema)
    return [write(values.get(name)) for name, write in writers(self)]


def record_primary_key_string(self: Any, record: dict[str, Any]) -> Optional[str]:
    """The key of a record in a unique form; None if the stream has no key."""
    names = self.stream_schema_message["key_properties"]
    if not names:
        return None
    values = column_values(record, self.flatten_schema)
    missing = [name for name in names if values.get(name) is None]
    if missing:
        sys.exit(
            'stream "%s": a record has no value for its key %s'
            % (self.stream_schema_message["stream"], ", ".join(missing))
        )
    return json.dumps([values[name] for name in names])


def column_values(
    record: dict[str, Any], columns: Collection[str], above: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The values of a record by column; objects that are not columns are made of columns."""
    values: dict[str, Any] = {}
    for name, value in record.items():
        path = (*above, name)
        column = "__".join(path)
        if column in columns:
            values[column] = value
        elif isinstance(value, dict):
            values.update(column_values(value, columns, path))
    return values


def writers(sync: Any) -> Any:
    """For each column what turns a value into what is written, kept for the next record."""
    if not hasattr(sync, "writers"):
        sync.writers = [
            (name, writer(name, schema)) for name, schema in sync.flatten_schema.items()
        ]
    return sync.writers


def writer(name: str, schema: dict[str, Any]) -> Callable[[Any], Any]:
    column = db_sync.column_type(schema)
    if column == "double":
        return lambda value: unrounded(name, value)
    if column == "json":
        # Where the schema allows no text, text is an object or array that the tap turned into JSON already.
        return (
            as_json
            if "string" in schema["type"]
            else lambda value: value if isinstance(value, str) else as_json(value)
        )
    return (
        in_utc
        if column in ("timestamp", "time")
        else lambda value: json.dumps(value) if isinstance(value, (dict, list)) else value
    )


def unrounded(name: str, value: Any) -> Any:
    if isinstance(value, int) and abs(value) > 2**53 and int(float(value)) != value:
        raise ValueError(
            'column "%s" is of type DOUBLE, which would round %d: have the tap send it as an integer or as text, '
            "such as with use_singer_decimal of tap-postgres" % (name, value)
        )
    return value


def as_json(value: Any) -> Optional[str]:
    return None if value is None else json.dumps(value)


def in_utc(value: Any) -> Any:
    """A date-time or time without its offset, which the types TIMESTAMP and TIME do not have."""
    if not isinstance(value, str):
        return value
    text = BEFORE_CHRIST.sub(r"\1 (BC)\2", value)
    offset = OFFSET.fullmatch(text)
    if offset is None:
        return text
    local, sign, *east = offset.groups()
    hours, minutes, seconds = (int(part or 0) for part in east)
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not ahead:
        return local
    moment = MOMENT.fullmatch(local)
    try:
        if moment is None:
            raise ValueError
        *parts, fraction = moment.groups()
        is_time = parts[0] is None
        numbers = ("2000", "01", "01", *parts[3:]) if is_time else parts
        year, month, day, hour, minute, second = map(int, numbers)
        there = datetime(year, month, day, hour, minute, second)
        utc = there - ahead if sign == "+" else there + ahead
    except (OverflowError, ValueError):
        raise ValueError('the time "%s" cannot be converted to UTC' % value) from None
    return (str(utc.time()) if is_time else str(utc)) + (fraction or "")


def safe_column_name(name: str) -> str:
    return '"%s"' % name.replace('"', '""').lower()


def sync_table(self: Any) -> None:
    """Creates or changes the table of a stream, unless another stream of this load has it."""
    stream = self.stream_schema_message["stream"]
    table = self.table_name(stream)
    other = streams_by_table.setdefault(table, stream)
    if other != stream:
        sys.exit(
            'streams "%s" and "%s" would both be loaded into the table %s: load them by two pipelines '
            "with different settings of default_target_schema, or set schema_mapping"
            % (other, stream, table)
        )
    published_sync_table(self)


def flatten_schema(schema: dict[str, Any], *args: Any, **options: Any) -> Any:
    """The columns of a schema; a property without a description accepts any value."""
    properties = schema.get("properties", {})
    described = {
        name: what if COMBINED.intersection(what) else {**what, "type": ANY}
        for name, what in properties.items()
    }
    return published_flatten_schema({**schema, "properties": described}, *args, **options)


streams_by_table: dict[str, str] = {}
published_sync_table = db_sync.DbSync.sync_table
published_flatten_schema = db_sync.flatten_schema
db_sync.flatten_schema = flatten_schema
db_sync.safe_column_name = safe_column_name
db_sync.DbSync.sync_table = sync_table
db_sync.DbSync.load_rows = load_rows
db_sync.DbSync.record_to_flattened = record_to_flattened
db_sync.DbSync.record_primary_key_string = record_primary_key_string

target_duckdb.main()
