"""JSON without floating point: a number keeps its text.

Saved states and catalogs pass through connectors. A decimal bookmark that became a float would
come out as another number.
"""

from __future__ import annotations

import json
from typing import TypeAlias


class Number(str):
    """Text of a JSON number that is not an integer."""


Json: TypeAlias = "bool | int | str | Number | list[Json] | dict[str, Json] | None"


def loads(text: str | bytes) -> Json:
    """Parse JSON.

    Raises:
        ValueError: The text is not JSON.
    """
    parsed: Json = json.loads(text, parse_float=Number, parse_constant=_reject)
    return parsed


def dumps(value: Json) -> str:
    """Return compact JSON."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    """Quote text; letters that are not ASCII are kept, as PostgreSQL does."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(value)
    return text


def _reject(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")
