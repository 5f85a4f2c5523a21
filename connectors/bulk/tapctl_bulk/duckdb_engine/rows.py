"""SQL that reads the rows of a batch file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.spool import Spool

SMALLEST_OBJECT_BYTES = 16 << 20
"""DuckDB takes no less. Its buffer has twice this size, and counts whatever a file fills of it."""
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
FLOATS = ("DOUBLE", "FLOAT")


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def source(spool: Spool, columns: tuple[Column, ...]) -> str:
    """Return a table function over the rows of the batch files.

    Every value is read as text, which DuckDB casts in a second step: its JSON reader would round
    1.5 to 2 for a column of integers, and reports no column with an error.
    """
    record = _struct(columns, 0, spool.as_text)
    files = ", ".join(literal(path) for path in spool.paths)
    return (
        f"read_json([{files}], format = 'newline_delimited', compression = 'uncompressed', "
        f"maximum_object_size = {_object_bytes(spool)}, "
        f"columns = {{record: {literal(record)}, time_extracted: 'VARCHAR', version: 'BIGINT'}})"
    )


def buffer_bytes(spool: Spool) -> int:
    """Return the size of the buffer that `source` counts as memory."""
    return 2 * _object_bytes(spool)


def _object_bytes(spool: Spool) -> int:
    return max(SMALLEST_OBJECT_BYTES, spool.longest + 1)


def _struct(columns: tuple[Column, ...], level: int, as_text: bool) -> str:
    fields = []
    for name in dict.fromkeys(one.path[level] for one in columns):
        inside = tuple(one for one in columns if one.path[level] == name)
        if len(inside[0].path) > level + 1:
            type_ = _struct(inside, level + 1, as_text)
        else:
            type_ = "JSON" if inside[0].type == "JSON" and not as_text else "VARCHAR"
        fields.append(f"{quoted(name)} {type_}")
    return f"STRUCT({', '.join(fields)})"


def expression(column: Column, type_: str, as_text: bool) -> str:
    """Return the value of a column as an SQL type. A value that the type would change fails."""
    value = ".".join(["record", *(quoted(one) for one in column.path)])
    if column.type == "JSON":
        return _json(value, column, type_, as_text)
    if type_ == "VARCHAR":
        return value
    if type_ in INTEGERS:
        is_changed = f"contains({value}, '.') AND NOT regexp_full_match({value}, '-?[0-9]+\\.0+')"
        return _checked(column, value, is_changed, type_)
    if type_ in FLOATS:
        is_changed = (
            f"strlen({value}) > 15 AND regexp_full_match({value}, '-?[0-9]+') "
            f"AND (TRY_CAST({value} AS HUGEINT) = TRY_CAST({value} AS DOUBLE)::HUGEINT) IS NOT TRUE"
        )
        return _checked(column, value, is_changed, type_)
    if type_ == "JSON":
        return f"to_json({value})"
    return f"CAST({_moment(value, type_)} AS {type_})"


def _json(value: str, column: Column, type_: str, as_text: bool) -> str:
    json = f"{value}::JSON" if as_text else value
    if not column.allows_text:
        # Text in a column without text is JSON that the tap made text already.
        text = f"json_type({json}) = 'VARCHAR'"
        json = f"CASE WHEN {text} THEN ({json} ->> '$')::JSON ELSE {json} END"
    return json if type_ == "JSON" else f"CAST({json} AS {type_})"


def _checked(column: Column, value: str, is_changed: str, type_: str) -> str:
    problem = literal(f'column "{column.name}": the type {type_} would change the value ')
    # If the condition is true of no row, DuckDB casts a whole vector in one step.
    return (
        f"CASE WHEN {is_changed} THEN error({problem} || {value}) ELSE CAST({value} AS {type_}) END"
    )


def _moment(value: str, type_: str) -> str:
    """Dates, times and timestamps as DuckDB reads them. Those with an offset are converted to UTC."""
    if not re.match(r"DATE|TIME", type_):
        return value
    text = (
        f"CASE WHEN {value} LIKE '% BC' "
        f"THEN regexp_replace({value}, '^(\\d+-\\d\\d-\\d\\d)[T ]?(.*) BC$', '\\1 (BC) \\2') "
        f"ELSE {value} END"
    )
    if type_ == "TIMESTAMP":
        return utc(value, f"trim({text})")
    if type_ == "TIME":
        moment = f"CAST('2000-01-01 ' || {value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        return f"CASE WHEN regexp_matches({value}, '[-+Zz]') THEN ({moment})::TIME ELSE {value}::TIME END"
    return f"trim({text})"


def utc(value: str, readable: str | None = None) -> str:
    """Return a text as a timestamp in UTC. `readable` is the text as DuckDB reads it, if it differs."""
    # Converting from a time zone takes most of the time, and nothing changes in UTC.
    return (
        f"CASE WHEN ends_with({value}, '+00:00') THEN CAST({value} AS TIMESTAMP) "
        f"ELSE CAST({readable or value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END"
    )


def select_list(columns: tuple[Column, ...], types: Mapping[str, str], as_text: bool) -> str:
    """Return the values of columns, each named like its column."""
    return ", ".join(
        f"{expression(one, types[one.name], as_text)} AS {quoted(one.name)}" for one in columns
    )
