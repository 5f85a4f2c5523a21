"""How a value of a stream reaches a column: through a staging column and an expression."""

from __future__ import annotations

from typing import NamedTuple

from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.types import JSONS, base


class Column(NamedTuple):
    """A column of a table that a stream loads into."""

    name: str
    """The column's name."""
    key: str
    """The key in the records."""
    type: str
    """The column's type, as `format_type` writes it."""

    @property
    def staged_type(self) -> str:
        """Type of the staging column.

        A moment is read with its offset, which a timestamp without time zone would ignore. Arrays
        are read as JSON, bytes as text.
        """
        plain = base(self.type)
        if plain.startswith("timestamp"):
            return "timestamp with time zone"
        if plain.endswith("[]"):
            return "json"
        return "text" if plain == "bytea" else self.type

    @property
    def is_json(self) -> bool:
        """Whether the staging column takes JSON text."""
        return self.staged_type in JSONS

    @property
    def expression(self) -> str:
        """The value for the table, from the staging row `s`. The session's time zone is UTC."""
        value = f"s.{quoted(self.name)}"
        if self.type == self.staged_type:
            return value
        if base(self.type) == "bytea":
            return _bytes(value)
        if not base(self.type).endswith("[]"):
            return f"{value}::{self.type}"
        item = base(self.type)[:-2]
        if item in JSONS:
            item_sql = (
                f"nullif(item::text, 'null')::{item} from json_array_elements({value}) as item"
            )
        else:
            item_sql = f"item::{item} from json_array_elements_text({value}) as item"
        return f"case when {value} is not null then array(select {item_sql}) end"


def _bytes(value: str) -> str:
    """Digits with or without `\\x` or `0x` in front; an odd number of them gets a zero."""
    digits = f"regexp_replace({value}, '^(\\\\x|0x)', '')"
    return f"decode(case when length({digits}) % 2 = 1 then '0' else '' end || {digits}, 'hex')"
