"""What a notification says about a run, for each channel to write in its own format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

STARTED, SUCCEEDED, FAILED, RECOVERED = "started", "succeeded", "failed", "recovered"
SCHEMA_CHANGED = "schema changed"
"""A run succeeded, and a schema that its pipeline watches has changed."""
SLOT_AT_RISK = "slot at risk"
"""A run succeeded, and the replication slot of its source is lost, missing, or retains too much."""
EVENTS = (STARTED, SUCCEEDED, FAILED, RECOVERED, SCHEMA_CHANGED, SLOT_AT_RISK)
_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
_SHORTENED = " ..."


class Notice(NamedTuple):
    """An event of a run. Texts are untrusted: errors come from connectors and databases."""

    fields: Mapping[str, Any]
    """The fields of a webhook's JSON, without unknown ones."""
    records: Optional[str]
    """Number of records as text."""
    notes: tuple[str, ...]
    """Further lines, such as what a run left out."""

    @property
    def event(self) -> str:
        """The event, one of EVENTS."""
        return str(self.fields["event"])

    @property
    def link(self) -> Optional[str]:
        """Address of the run; None if unknown."""
        return self.fields.get("link")

    @property
    def title(self) -> str:
        """The pipeline and the event: orders failed."""
        return line(f"{self.fields['pipeline']} {self.event}")

    @property
    def error(self) -> Optional[str]:
        """The error of a run that failed."""
        error = self.fields.get("error")
        return clean(str(error)) if error else None

    @property
    def details(self) -> list[tuple[str, str]]:
        """Labels and values for a table."""
        seconds = self.fields.get("seconds")
        found = (
            ("Duration", None if seconds is None else f"{seconds:,.0f} s"),
            ("Records", self.records),
            ("Owner", self.fields.get("owner")),
            ("Namespace", self.fields.get("namespace")),
            ("Run", self.fields.get("run")),
        )
        return [(label, line(str(value))) for label, value in found if value]

    def key(self, scope: Optional[str] = None) -> str:
        """The same for all runs of a pipeline, so that a success resolves the incident of a failure."""
        return f"tapctl:{scope or self.fields.get('namespace', 'local')}:{self.fields['pipeline']}"


def clean(text: str) -> str:
    """`text` without control characters and half characters, which services reject."""
    return text.translate(_CONTROL).encode("utf-8", "replace").decode()


def line(text: str) -> str:
    """`text` on one line."""
    return " ".join(clean(text).split())


def clipped(text: str, longest: int, escape: Callable[[str], str] = str) -> str:
    """`text`, shortened so that it has at most `longest` UTF-16 units once it is escaped; services
    count these or fewer."""
    whole = escape(text)
    if _units(whole) <= longest:
        return whole
    least, most = 0, min(len(text), longest)
    while least < most:
        middle = (least + most + 1) // 2
        fits = _units(escape(text[:middle])) + len(_SHORTENED) <= longest
        least, most = (middle, most) if fits else (least, middle - 1)
    return escape(text[:least]) + _SHORTENED


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
