"""What the catalog of a run says about the streams in its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Optional

from .catalog import FULL_TABLE, entries, method_of, names, selected_streams


class KnownStreams:
    """The catalog, which may be written only when the tap starts: it is read when it is first needed."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read
        self._names: Optional[dict[str, list[str]]] = None
        self._methods: dict[str, str] = {}
        self._selected: Optional[frozenset[str]] = None

    def names_of(self, stream: str) -> Iterable[str]:
        """All names of a stream: rules may use the one that messages do not."""
        return [stream, *self._look().get(stream, ())]

    def is_full_table(self, stream: str) -> Optional[bool]:
        """Whether its replication method is FULL_TABLE; None if the catalog sets none."""
        return (
            self._methods.get(stream) == FULL_TABLE
            if self._look() and stream in self._methods
            else None
        )

    def may_come(self, name: str) -> bool:
        """Whether the tap may send a stream: the catalog selects it, or leaves that to the tap."""
        self._look()
        return self._selected is None or name in self._selected

    def _look(self) -> dict[str, list[str]]:
        if self._names is not None:
            return self._names
        catalog = self._read()
        if not catalog:
            return {}
        self._names = {}
        for entry in entries(catalog, "catalog"):
            method = method_of(entry)
            for name in names(entry):
                self._names.setdefault(name, []).extend(names(entry))
                if method:
                    self._methods[name] = method
        self._selected = selected_streams(catalog)
        return self._names
