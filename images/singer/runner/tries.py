"""The attempts of a step, as its results list them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEPT = ("attempt", "started", "ended", "code", "error")


def earlier_attempts(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The attempts that the next attempt of a step lists, from the result of the one before it."""
    if "started" not in result:
        return []
    return [*result.get("tries", []), {name: result.get(name) for name in _KEPT}]
