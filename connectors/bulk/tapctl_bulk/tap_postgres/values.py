"""How the values of a type are sent: their JSON schema and the expression that makes them.

The schemas are those of the published tap (meltanolabs-tap-postgres 0.10), so that tables which it
filled keep their types. Types that it declares as text are sent in PostgreSQL's own notation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.tap_postgres.quoting import literal, quoted
from tapctl_bulk.tap_postgres.relations import Column, DatabaseType

INTEGERS = ("int2", "int4", "int8")
DECIMALS = ("numeric", "float4", "float8")
DATES = ("date", "timestamp", "timestamptz")
FORMATS = {
    "date": "date",
    "timestamp": "date-time",
    "timestamptz": "date-time",
    "time": "time",
    "timetz": "time",
}
LENGTHS = ("varchar", "bpchar")
HEADER = 4
"""The modifier of a type with a length is the length plus this."""

TEXTS = ("text", "varchar", "bpchar", "uuid", "time", "timetz", "name", "inet")
"""Types whose text PostgreSQL's JSON functions quote unchanged. The rest is cast to text first."""

HEX_PREFIX = "\\\\x"
"""Start of a bytea in JSON."""

ANY_JSON: tuple[str, ...] = ("string", "number", "integer", "array", "object", "boolean")


class ValueOptions(NamedTuple):
    """Settings that change how values are sent."""

    dates_as_string: bool = False
    json_as_object: bool = False
    use_singer_decimal: bool = False


LogForm: TypeAlias = Literal[
    "boolean", "bytea", "json", "number", "text", "timestamp", "timestamptz", "unchanged"
]
"""How a value becomes JSON from PostgreSQL's text of it."""


class Representation(NamedTuple):
    """How a column is sent."""

    types: tuple[str, ...]
    """JSON types, without null."""
    expression: Callable[[str], str] = str
    """Makes the SQL expression from that of the column."""
    more: Mapping[str, Json] | None = None
    """Further keys of the JSON schema."""
    log_form: LogForm | None = None
    """None: only the server makes it."""
    has_line_ends: bool = False
    """Whether PostgreSQL may put line ends between the tokens of the value."""

    def schema(self, nullable: bool) -> dict[str, Json]:
        """Return the JSON schema of the column."""
        return {**(self.more or {}), "type": [*self.types, *(["null"] if nullable else [])]}


def represent(
    column: Column, types: Mapping[int, DatabaseType], options: ValueOptions
) -> Representation:
    """Return how a column is sent."""
    found = types[column.type]
    if found.element == 0 or found.kind == "d":
        return _scalar(found, column.modifier, options)
    return _array(types[found.element], column.modifier, options)


def _scalar(found: DatabaseType, modifier: int, options: ValueOptions) -> Representation:
    if found.kind == "e":
        more: dict[str, Json] = {"maxLength": found.label_length} if found.label_length else {}
        return Representation(("string",), more=more, log_form="text")
    if found.name in ("geometry", "geography") and found.has_geojson:
        function = quoted(found.schema) + ".ST_AsGeoJSON"
        return Representation(
            ("object",),
            lambda column: f"{function}({column}, 15)::json",
            {"additionalProperties": True},
            has_line_ends=True,
        )
    if found.name == "hstore":
        return Representation(("object",), more={"additionalProperties": True})
    if found.schema != "pg_catalog" or found.kind != "b":
        return _text()
    return _builtin(found.name, modifier, options)


def _builtin(name: str, modifier: int, options: ValueOptions) -> Representation:
    if name == "bool":
        return Representation(("boolean",), log_form="boolean")
    if name in INTEGERS:
        return Representation(("integer",), log_form="unchanged")
    if name in DECIMALS:
        return (
            _text({"format": "x-singer.decimal"}, "text")
            if options.use_singer_decimal
            else Representation(("number",), log_form="number")
        )
    if name in DATES and options.dates_as_string:
        return _text(log_form="text")
    if name == "timestamp":
        # As the published tap sends it: JSON schema knows no date-time without a zone.
        return Representation(
            ("string",), _cast("timestamptz"), {"format": "date-time"}, log_form="timestamp"
        )
    if name in ("json", "jsonb"):
        types = ("object",) if options.json_as_object else ANY_JSON
        return Representation(
            types,
            more={"additionalProperties": True},
            log_form="json",
            has_line_ends=name == "json",
        )
    if name == "bytea":
        return Representation(
            ("string",), lambda column: f"pg_catalog.encode({column}, 'hex')", log_form="bytea"
        )
    more: dict[str, Json] = {"format": FORMATS[name]} if name in FORMATS else {}
    if name in LENGTHS and modifier > HEADER:
        more = {"maxLength": modifier - HEADER}
    if name in (*TEXTS, *DATES):
        form: LogForm = "timestamptz" if name == "timestamptz" else "text"
        return Representation(("string",), more=more, log_form=form)
    # Other types have casts of their own to text.
    return _text(more, "text" if name in ("interval", "money") else None)


def _array(element: DatabaseType, modifier: int, options: ValueOptions) -> Representation:
    item = _scalar(element, modifier, options)
    if element.kind == "c":
        return _text()
    schema = item.schema(nullable=True)
    expression: Callable[[str], str] = str
    if element.schema == "pg_catalog" and element.name == "bytea":
        # Elements are hexadecimal digits after \\x; replacing keeps arrays of any dimension.
        expression = _without_hex_prefix
    elif item.types == ("string",) and item.expression(".") == ".::text":
        expression = _cast("text[]")
    elif element.name == "timestamp" and not options.dates_as_string:
        expression = _cast("timestamptz[]")
    elif element.has_geojson and item.types == ("object",) and element.name != "hstore":
        return _text()
    return Representation(
        ("array",), expression, {"items": schema}, has_line_ends=item.has_line_ends
    )


def _text(
    more: Mapping[str, Json] | None = None, log_form: LogForm | None = None
) -> Representation:
    return Representation(("string",), _cast("text"), more, log_form)


def _cast(to: str) -> Callable[[str], str]:
    return lambda column: f"{column}::{to}"


def _without_hex_prefix(column: str) -> str:
    return f"pg_catalog.replace(pg_catalog.to_json({column})::text,{literal(HEX_PREFIX)}, '')::json"
