"""Which properties of a stream are masked, and how: `mask` of its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from .bookmark_places import replication_keys
from .codes import USAGE, RunnerError
from .selection import fits
from .stream_names import Rule, StreamNames

HASH, NULL, DROP = "hash", "null", "drop"
METHODS = (HASH, NULL, DROP)


class Column(NamedTuple):
    """A property, or several by a pattern, and what happens to its values."""

    pattern: str
    """The name, the names of a nested property joined by dots, or either with `*`."""
    method: str
    rule: str
    """The stream or pattern of the rule that it is from."""

    @property
    def is_pattern(self) -> bool:
        """Whether it may match no property."""
        return "*" in self.pattern


class StreamMask:
    """The masked properties of a stream. Where several match a property, the last one counts."""

    def __init__(self, stream: str, columns: Iterable[Column]) -> None:
        self.stream = stream
        self.columns = list(columns)
        self.deep = any("*" in each.pattern or "." in each.pattern for each in self.columns)
        """Whether values inside of objects may be masked."""
        self.has_schema = False
        """Whether a SCHEMA was sent."""
        self.seen: set[Column] = set()
        """Columns that a SCHEMA has."""
        self.names: set[str] = set()
        """Masked properties of the record in its SCHEMA messages."""
        self.nested = False
        """Whether a SCHEMA has a masked property in an object."""
        self._methods: dict[str, Optional[str]] = {}

    def method(self, path: str) -> Optional[str]:
        """What happens to the property at a path; None for nothing."""
        if path not in self._methods:
            found = [each for each in self.columns if fits(each.pattern, path)]
            self._methods[path] = found[-1].method if found else None
        return self._methods[path]

    def note(self, path: str, nested: bool) -> None:
        """Notes that the stream has a property."""
        self.seen.update(each for each in self.columns if fits(each.pattern, path))
        if self.method(path) and nested:
            self.nested = True
        elif self.method(path):
            self.names.add(path)

    def refuse(self, column: str, what: str, fix: str) -> RunnerError:
        """The error for a property that cannot be masked."""
        return RunnerError(USAGE, f'mask: "{column}" of stream "{self.stream}" {what}; {fix}')


class ColumnMasks:
    """The masks of all streams."""

    def __init__(self, rules: list[Rule], catalog: Optional[Any] = None) -> None:
        self._rules = [rule for rule in rules if rule.get("mask")]
        self._names = StreamNames(catalog)
        self._has_catalog = catalog is not None
        self._keys = replication_keys(catalog)
        self._streams: dict[str, Optional[StreamMask]] = {}
        self.sent: set[str] = set()
        """Streams whose SCHEMA was sent."""
        for rule in self._rules:
            _check(rule)
            known = self._names.all
            if self._has_catalog and not any(fits(rule["stream"], name) for name in known):
                raise RunnerError(
                    USAGE,
                    f'mask: no stream matches "{rule["stream"]}"; correct its name in `streams`',
                )

    def __bool__(self) -> bool:
        return bool(self._rules)

    @property
    def hashes(self) -> bool:
        """Whether any property is hashed."""
        return any(HASH in rule["mask"].values() for rule in self._rules)

    def of(self, stream: str) -> Optional[StreamMask]:
        """The mask of a stream, by the name in its messages; None if it has none."""
        if stream not in self._streams:
            self._streams[stream] = self._merged(stream)
        return self._streams[stream]

    def _merged(self, stream: str) -> Optional[StreamMask]:
        columns = [
            Column(pattern, method, rule["stream"])
            for rule in self._names.matching(self._rules, stream)
            for pattern, method in rule["mask"].items()
        ]
        if not columns:
            return None
        mask = StreamMask(stream, columns)
        key = self._keys.get(stream)
        if key is not None:
            refuse_replication_key(mask, key)
        return mask

    @property
    def streams(self) -> list[StreamMask]:
        """The masks of the streams that have come."""
        return [mask for mask in self._streams.values() if mask]

    def unmet(self) -> list[str]:
        """What was not masked in a complete run, because no SCHEMA has it: errors, each the same in every slice."""
        found = []
        masked = [mask for mask in self.streams if mask.has_schema]
        for rule in self._rules:
            own = [mask for mask in masked if self._names.matching([rule], mask.stream)]
            if not own:
                unknown = [name for name in self.sent if not self._names.knows(name)]
                if "*" not in rule["stream"] and unknown:
                    found.append(
                        f'mask: the tap did not send stream "{rule["stream"]}", but {", ".join(sorted(unknown)[:5])}; '
                        "correct the name in `streams`, or make it a pattern"
                    )
                continue
            for pattern, method in rule["mask"].items():
                column = Column(pattern, method, rule["stream"])
                if not column.is_pattern and not any(column in mask.seen for mask in own):
                    found.append(
                        f'mask: no stream that matches "{rule["stream"]}" has "{pattern}"; correct the name, or remove it'
                    )
        return found


def refuse_replication_key(mask: StreamMask, key: str) -> None:
    """Fails if the replication key is masked: its values are in the saved state."""
    if mask.method(key):
        raise mask.refuse(
            key,
            "is the replication key, whose values are in the saved state",
            "remove it from `mask`, or choose another key",
        )


def _check(rule: Rule) -> None:
    given = rule["mask"]
    if not isinstance(given, dict) or not all(method in METHODS for method in given.values()):
        raise RunnerError(
            USAGE,
            f'rules: "mask" of stream "{rule["stream"]}" must give each property one of {", ".join(METHODS)}',
        )


def names_pattern(masks: Iterable[StreamMask]) -> Optional[re.Pattern[bytes]]:
    """Finds names of masked properties in JSON text, or any name that is not spelled plainly."""
    last = {each.pattern.rsplit(".", 1)[-1] for mask in masks for each in mask.columns}
    if not last:
        return None
    parts = [
        b'[^"]*'.join(re.escape(part.encode()) for part in pattern.split("*")) for pattern in last
    ]
    return re.compile(b'"(?:' + b"|".join(sorted(parts)) + b')"|\\\\|[\\x80-\\xff]')
