"""Types of columns: the ones that the published target creates, and how they change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.singer_input import Property
from tapctl_bulk.singer_input.properties import property_of

TIMESTAMP = "timestamp without time zone"
FORMATS = {
    "date-time": TIMESTAMP,
    "date": "date",
    "time": "time without time zone",
    "uuid": "uuid",
}
DECLARED = ("smallint", "integer", "bigint")
# The order in which the published target picks a type for a union of JSON types.
PREFERENCE = ("[]", "jsonb", "uuid", "text", "numeric", "bigint", "boolean")
TEXTS = ("text", "character varying", "character", "citext")
JSONS = ("jsonb", "json")
NUMBERS = ("smallint", "integer", "bigint", "numeric", "double precision", "real")
MOMENTS = ("date", TIMESTAMP, "timestamp with time zone")
KNOWN = (*TEXTS, *JSONS, *NUMBERS, *MOMENTS, "boolean", "uuid", "bytea", FORMATS["time"])


def sql_type(column: Property, *, content_encoding: bool = False) -> str:
    """Return the type of a new column."""
    declared = column.definition.get("x-sql-datatype")
    if isinstance(declared, str) and declared in DECLARED:
        return declared
    if len(column.types) > 1:
        candidates = [_of_one(one, "", {}, content_encoding) for one in column.types]
        return min(candidates, key=_preference)
    if not column.types:
        return "text"
    return _of_one(column.types[0], column.format, column.definition, content_encoding)


def _preference(type_name: str) -> int:
    name = "[]" if type_name.endswith("[]") else type_name
    return PREFERENCE.index(name) if name in PREFERENCE else len(PREFERENCE)


def _of_one(json_type: str, form: str, definition: dict[str, Json], content_encoding: bool) -> str:
    if json_type == "string":
        if form in FORMATS:
            return FORMATS[form]
        if form == "x-singer.decimal":
            return _decimal(definition)
        is_bytes = content_encoding and definition.get("contentEncoding") == "base16"
        return "bytea" if is_bytes else "text"
    if json_type == "integer":
        return _integer(definition)
    if json_type == "array":
        return _array(definition)
    return {"number": "numeric", "boolean": "boolean", "object": "jsonb"}.get(json_type, "text")


def _decimal(definition: dict[str, Json]) -> str:
    precision, scale = definition.get("precision"), definition.get("scale")
    if not isinstance(precision, int):
        return "numeric"
    return f"numeric({precision},{scale if isinstance(scale, int) else 0})"


def _integer(definition: dict[str, Json]) -> str:
    low, high = definition.get("minimum"), definition.get("maximum")
    if not isinstance(low, int) and not isinstance(high, int):
        return "bigint"
    lowest = low if isinstance(low, int) else None
    highest = high if isinstance(high, int) else None
    for bits, name in ((15, "smallint"), (31, "integer"), (63, "bigint")):
        if (
            lowest is not None
            and highest is not None
            and -(2**bits) <= lowest
            and highest < 2**bits
        ):
            return name
    exceeds = (lowest is not None and lowest < -(2**63)) or (
        highest is not None and highest >= 2**63
    )
    return "numeric" if exceeds else "bigint"


def _array(definition: dict[str, Json]) -> str:
    items = definition.get("items")
    if isinstance(items, list):
        return "jsonb[]"
    kind = (
        items if isinstance(items, str) else items.get("type") if isinstance(items, dict) else None
    )
    if items is None or (not isinstance(items, (str, dict))):
        return "jsonb"
    if kind is None:
        return "jsonb[]"
    return f"{sql_type(property_of('', {'type': kind}))}[]"


def base(type_name: str) -> str:
    """Return a type without its length or precision: `numeric(10,2)` is `numeric`."""
    return re.sub(r"\(\d+(,-?\d+)?\)", "", type_name)


def holds(type_name: str, other: str) -> bool:
    """Whether a column of a type holds every value of another type, written as its text."""
    mine, its = base(type_name), base(other)
    if mine == its or mine in JSONS or mine in TEXTS:
        return True
    if mine.endswith("[]"):
        return its.endswith("[]") and (mine == "jsonb[]" or holds(mine[:-2], its[:-2]))
    if mine in ("numeric", "double precision", "real"):
        return its in NUMBERS
    if mine in NUMBERS and its in NUMBERS[:3]:
        return NUMBERS.index(its) < NUMBERS.index(mine)
    if mine in MOMENTS and its in MOMENTS:
        return its == "date" or mine != "date"
    # Enums, domains and types of extensions, which a user chose: the server decides by value.
    return mine not in KNOWN


def changed_type(current: str, column: Property, wanted: str) -> str | None:
    """Return the type that an existing column must change to, or None if it stays.

    A column stays if it holds what the schema describes, or one of several JSON types that the
    schema allows. Otherwise it is widened to the wanted type; two types of which neither holds the
    other become text, or jsonb if one of them is nested.
    """
    if any(holds(current, one) for one in (wanted, *_single_types(column))):
        return None
    if holds(wanted, current):
        return wanted
    nested = any(one.endswith("[]") or one in JSONS for one in (base(current), base(wanted)))
    return "jsonb" if nested else "text"


def _single_types(column: Property) -> Sequence[str]:
    return [
        sql_type(Property(column.name, (one,), column.format, column.definition))
        for one in column.types
        if len(column.types) > 1
    ]
