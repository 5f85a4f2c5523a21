"""The masking of a run, which most runs do not have: those do not load what masks records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from .rules import read_rules
from .session import Session

if TYPE_CHECKING:
    from .column_masking import ColumnMasking


def column_masking(
    session: Session, catalog: Optional[Mapping[str, Any]]
) -> Optional[ColumnMasking]:
    """The masks of the rules of a run; None if it has none."""
    rules = [rule for rule in read_rules(session.args.rules) if rule.get("mask")]
    if not rules:
        return None
    from .column_masking import masking_by

    return masking_by(session, rules, catalog)
