"""The lookbacks of a run, which most runs do not have: those do not load what moves bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .rules import Options

if TYPE_CHECKING:
    from .lookback import Lookbacks


def lookbacks_in(rules: list[Options], catalog: Optional[Any]) -> Optional[Lookbacks]:
    """The lookback of each stream; None if no rule has one."""
    if all(rule.get("lookback") is None for rule in rules):
        return None
    from .lookback import Lookbacks

    return Lookbacks(rules, catalog)
