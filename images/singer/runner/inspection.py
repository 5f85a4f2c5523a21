"""What a load or stream checks in the messages of its streams: schema changes, contracts and losses of records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from .known_streams import KnownStreams
from .messages import Message, read_line
from .rules import Rules
from .schema_changes import Change, changes, in_words
from .schema_memory import Known, known
from .shapes import Shape, shape_of
from .totals import Totals
from .versions import saved_version

LOAD, WARN, FAIL = "load", "warn", "fail"
_MOST_CHANGES = 1000
_SHOWN = 3


class Before(NamedTuple):
    """What is known when a run starts."""

    streams: dict[str, Known]
    """The streams of the last successful run."""
    state: Any = None
    """The value of the state that the tap starts from; None without one."""
    accept_with: str = "npx tapctl schema NAME --accept"
    """The command that accepts changed schemas."""
    accept: bool = False
    """Whether schemas may change although a rule says `fail`."""
    records: Optional[dict[str, int]] = None
    """Records of earlier attempts of this run, by stream."""


class Inspection:
    """The checks of one run. It sees each SCHEMA once for each text."""

    def __init__(self, rules: Rules, before: Before, catalog: KnownStreams) -> None:
        self.rules = rules
        self.changes: list[Change] = []
        """How the schemas differ from those of the last successful run, and within this one."""
        self.now: dict[str, Known] = {}
        """The streams of this run."""
        self._before = before
        self._catalog = catalog
        self._bookmarked: set[str] = set()
        self._latest: dict[str, bytes] = {}
        self._refused: dict[str, int] = {}
        """Records of full loads that the target did not get: what counts once the loss is accepted."""

    def schema(self, stream: str, text: bytes) -> Optional[str]:
        """Adds a SCHEMA message; returns why the run must stop before it, if it must."""
        described = _described(text)
        if described is None:
            return None
        shape, key, bookmarked = described
        if bookmarked:
            self._bookmarked.add(stream)
        after = known(shape.columns, shape.required, key)
        earlier = self.now.get(stream)
        before = earlier or self._before.streams.get(stream)
        self.now[stream] = after
        self._latest[stream] = text
        differences = changes(stream, before, after, earlier is not None) if before else []
        self.changes = (self.changes + differences)[:_MOST_CHANGES]
        contract = self.rules.of(stream).get("contract")
        broken = [] if contract is None else _violations(contract, shape, key)
        if broken:
            return f'the contract of stream "{stream}" is broken: {_first(broken)}'
        if differences and self.policy(stream) == FAIL and not self._before.accept:
            return (
                f'the schema of stream "{stream}" has changed: {in_words(differences)} (onSchemaChange is "fail"; '
                f"accept it with: {self._before.accept_with})"
            )
        return None

    def last(self, stream: str, text: bytes) -> None:
        """Notes the last SCHEMA of a stream, which may repeat an earlier one."""
        described = None if self._latest.get(stream) == text else _described(text)
        if described:
            shape, key, _ = described
            self.now[stream] = known(shape.columns, shape.required, key)

    def policy(self, stream: str) -> str:
        """What a change of the stream's schema does: load, warn or fail."""
        return str(self.rules.of(stream).get("onSchemaChange", LOAD))

    def activate(self, stream: str, version: Any, records: Optional[int]) -> Optional[str]:
        """Why the target must not get an ACTIVATE_VERSION after this number of records of a stream, if it must not.

        The first one of a table comes before its records: the loss is then known at the end. So it is if the number
        of records is not known yet.
        """
        saved = saved_version(self._before.state, stream)
        if records is None or version == saved or (saved is None and not records):
            return None
        refusal = self.lost(stream, records)
        if refusal:
            self._refused[stream] = records
        return refusal

    def losses(self, totals: Totals) -> list[str]:
        """The full loads of this run that lost too many records."""
        counts = totals.loaded()
        found = [
            self.lost(stream, counts.get(stream, 0))
            for stream in self.now
            if self.is_full(stream, totals)
        ]
        return [text for text in found if text]

    def lost(self, stream: str, records: int) -> Optional[str]:
        """Why a full load with this number of records lost too many, if it did."""
        most = self.rules.expectation(stream, "maxDrop")
        kept = self._before.streams.get(stream)
        if most is None or kept is None or not kept.full:
            return None
        count = records + (self._before.records or {}).get(stream, 0)
        drop = (kept.full - count) / kept.full
        if drop <= float(most):
            return None
        return (
            f'stream "{stream}" has {count:,} {"record" if count == 1 else "records"} after {kept.full:,} in its last full load: '
            f"{drop:.0%} fewer, expected at most {float(most):.0%} (maxDrop)"
        )

    def too_few(self, totals: Totals) -> list[str]:
        """The streams with fewer records than they should have."""
        counts = totals.loaded()
        found = []
        for stream in self._expected(counts):
            least = self.rules.expectation(stream, "minRecords")
            count = counts.get(stream, 0) + (self._before.records or {}).get(stream, 0)
            if least is not None and count < least:
                found.append(
                    f'stream "{stream}": {count:,} records received, expected at least {least:,}'
                )
        return found

    def _expected(self, counts: Iterable[str]) -> list[str]:
        """The streams that came, and those that a rule names without a pattern and that should have come."""
        came = {*counts, *self.now}
        named = [
            each["stream"] for each in self.rules.having("expect") if "*" not in each["stream"]
        ]
        known = {name for stream in came for name in self._catalog.names_of(stream)}
        absent = [name for name in named if name not in known and self._catalog.may_come(name)]
        return sorted(came) + absent

    def is_full(self, stream: str, totals: Totals) -> bool:
        """Whether this run replicates a stream as a whole: as a full table, or with a new version of its table."""
        saved = saved_version(self._before.state, stream)
        if any(version != saved for version in totals.versions.activated(stream)):
            return True
        full = self._catalog.is_full_table(stream)
        if full is not None:
            return full
        return stream not in self._bookmarked and not self._resumes(stream)

    def _resumes(self, stream: str) -> bool:
        """Whether the tap starts a stream at a bookmark; one that is not kept by stream counts for all."""
        state = self._before.state
        if not isinstance(state, dict) or not state:
            return False
        marks = state.get("bookmarks")
        return bool(marks.get(stream)) if isinstance(marks, dict) else True

    def after(self, totals: Totals, complete: bool) -> dict[str, Known]:
        """What is to be known after this run; streams that it did not read stay as they were."""
        before, counts = self._before.streams, totals.loaded()
        found = dict(before)
        for stream, each in self.now.items():
            kept = before[stream].full if stream in before else None
            if stream in self._refused:
                kept = self._refused[stream]
            elif complete and self.is_full(stream, totals):
                kept = counts.get(stream, 0) + (self._before.records or {}).get(stream, 0)
            found[stream] = each._replace(full=kept)
        return found


def _first(broken: list[str]) -> str:
    more = f"; and {len(broken) - _SHOWN} more" if len(broken) > _SHOWN else ""
    return "; ".join(broken[:_SHOWN]) + more


def _violations(contract: Any, shape: Shape, key: tuple[str, ...]) -> list[str]:
    # Loaded late: few streams have a contract.
    from .contracts import violations

    return violations(contract, shape, key)


def _described(text: bytes) -> Optional[tuple[Shape, tuple[str, ...], bool]]:
    """The columns and key of a SCHEMA, and whether it names bookmarks."""
    found = read_line(text)
    if not isinstance(found, Message):
        return None
    fields = found.fields
    return (
        shape_of(fields.get("schema")),
        tuple(_texts(fields.get("key_properties"))),
        bool(_texts(fields.get("bookmark_properties"))),
    )


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
