"""Columns of a stream and their types, as the published target-duckdb 0.8.0 creates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.singer_input import Property, Schema, properties_of

SEPARATOR = "__"
"""Between the names of nested objects that are flattened into columns."""


@dataclass(frozen=True)
class Column:
    """A column that the schema of a stream describes."""

    name: str
    """Name in the destination."""
    path: tuple[str, ...]
    """Keys that lead to the value in a record."""
    type: str
    """SQL type of a new column."""
    allows_text: bool
    """Whether the schema allows text."""
    is_number: bool = False
    """Whether a number is stored as text, with all its digits."""

    @property
    def may_lose_digits(self) -> bool:
        """Whether DuckDB's parser could round numbers in a value that has room for all digits."""
        return self.type == "JSON" or self.is_number


def columns_of(
    message: Schema, flatten_levels: int = 0, lower_case: bool = True
) -> tuple[Column, ...]:
    """Return the columns of a stream in the order of its schema.

    Raises:
        ConnectorError: There are none, or two that would have the same name.
    """
    columns = tuple(_columns(message.schema, (), flatten_levels, lower_case))
    if not columns:
        raise ConnectorError(
            f'stream "{message.stream}" has no columns', "Select columns in the tap's catalog"
        )
    seen: dict[str, Column] = {}
    for column in columns:
        other = seen.setdefault(column.name.lower(), column)
        if other is not column:
            names = [SEPARATOR.join(one.path) for one in (other, column)]
            raise ConnectorError(
                f'stream "{message.stream}": columns "{names[0]}" and "{names[1]}" would become the same column',
                "Deselect one of them or rename it in the source",
            )
    return columns


def _columns(
    schema: dict[str, Json], above: tuple[str, ...], levels: int, lower_case: bool
) -> Iterator[Column]:
    for one in properties_of(schema):
        path = (*above, one.name)
        if levels > 0 and "object" in one.types and one.definition.get("properties"):
            yield from _columns(one.definition, path, levels - 1, lower_case)
            continue
        name = SEPARATOR.join(path)
        allows_text = not one.types or "string" in one.types
        yield Column(name.lower() if lower_case else name, path, sql_type(one), allows_text)


def sql_type(one: Property) -> str:
    """Return the SQL type of a property. A property without a type holds any JSON."""
    types = one.types
    if not types or "object" in types or "array" in types:
        return "JSON"
    if one.format == "date-time":
        return "TIMESTAMP"
    if one.format == "time":
        return "TIME"
    if "number" in types:
        return "DOUBLE"
    if "integer" in types and "string" not in types:
        return _integer_type(one.definition.get("maximum"))
    return "BOOLEAN" if types == ("boolean",) else "VARCHAR"


def _integer_type(maximum: Json) -> str:
    if not isinstance(maximum, int):
        return "HUGEINT"
    sizes = (("SMALLINT", 15), ("INTEGER", 31), ("BIGINT", 63))
    return next((name for name, bits in sizes if maximum < 1 << bits), "HUGEINT")
