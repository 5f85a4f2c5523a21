"""Canonical spelling of states, only for comparison: digits may be lost, as in connectors' own `json.loads`."""

from __future__ import annotations

import json
from typing import Any


def parse(text: str) -> Any:
    """The value of a JSON text; a whole number is an integer, however it is written."""
    return json.loads(text, parse_float=_number)


def canonical(value: Any) -> bytes:
    """The canonical text of a value of `parse`: the same for equal values."""
    return json.dumps(value, sort_keys=True).encode()


def _number(text: str) -> Any:
    value = float(text)
    return int(value) if value.is_integer() else value
