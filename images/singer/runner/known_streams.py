"""What the catalog of a run says about the streams in its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Optional

from .catalog import entries, full_table_streams, names, selected_streams


class KnownStreams:
    """The catalog, which may be written only when the tap starts: it is read when it is first needed."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read
        self._names: Optional[dict[str, list[str]]] = None
        self._full: frozenset[str] = frozenset()
        self._selected: Optional[frozenset[str]] = None

    def names_of(self, stream: str) -> Iterable[str]:
        """All names of a stream: rules may use the one that messages do not."""
        return [stream, *self._look().get(stream, ())]

    def is_full_table(self, stream: str) -> Optional[bool]:
        """Whether its replication method is FULL_TABLE; None if the catalog does not have it."""
        return stream in self._full if stream in self._look() else None

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
            for name in names(entry):
                self._names.setdefault(name, []).extend(names(entry))
        self._full = full_table_streams(catalog)
        self._selected = selected_streams(catalog)
        return self._names
