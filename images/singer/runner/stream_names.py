"""The names that rules may give to a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from .catalog import entries, names
from .rules import Options
from .selection import fits

Rule = Options


class StreamNames:
    """All names of each stream: the catalog may know a stream by another name than messages and states."""

    def __init__(self, catalog: Optional[Any] = None) -> None:
        self._names: dict[str, frozenset[str]] = {}
        for entry in entries(catalog, "the catalog") if catalog else []:
            own = names(entry)
            for name in own:
                self._names[name] = self._names.get(name, frozenset()).union(own)

    def of(self, stream: str) -> frozenset[str]:
        """The names of a stream; only its own if the catalog does not list it."""
        return self._names.get(stream) or frozenset([stream])

    @property
    def all(self) -> frozenset[str]:
        """Every name that the catalog lists."""
        return frozenset(self._names)

    def knows(self, stream: str) -> bool:
        """Whether the catalog lists the stream."""
        return stream in self._names

    def matching(self, rules: Iterable[Rule], stream: str) -> list[Rule]:
        """The rules that apply to a stream, in order."""
        own = self.of(stream)
        return [rule for rule in rules if any(fits(rule["stream"], name) for name in own)]
