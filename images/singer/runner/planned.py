"""What a run was planned for: the time of its schedule, the days of a backfill, or the extract that it loads again."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Optional

from .request import Arguments

_EXTRACT = re.compile(r"runs/[^/]+/([^/]+)/extract")


def planned(args: Arguments) -> dict[str, Any]:
    """Fields of a summary, without unknown ones."""
    scheduled = utc(args.scheduled)
    start, _, end = args.window.partition("/")
    extract = _EXTRACT.match(getattr(args, "extract", None) or "")
    return {
        **({"scheduled": scheduled} if scheduled else {}),
        **({"window": {"from": start, "to": end}} if end else {}),
        **({"extractOf": extract[1]} if extract else {}),
    }


def utc(text: Optional[str]) -> Optional[str]:
    """A day or a time of RFC 3339, in UTC; None for any other text, such as what Argo leaves of an unknown value."""
    try:
        # Python before 3.11 knows no Z.
        time = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    known = time if time.tzinfo else time.replace(tzinfo=timezone.utc)
    return known.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
