"""Where a state keeps how far a stream was read.

- Singer SDK and pipelinewise: `bookmarks.<stream>.replication_key_value`, also in each of `partitions`
- singer-python: `bookmarks.<stream>.<key>`, also one level deeper, such as `bookmarks.<stream>.<account>.<key>`
- older taps: `<stream>: <value>` or `<stream>.<key>` at the top, or a single value such as `start_date`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional

from .bookmark_values import is_time
from .bookmarks import State
from .catalog import Entry, entries, metadata_of, names
from .json_leaves import Leaf, Path, leaves

VALUE = "replication_key_value"
_OTHERS = frozenset(
    (
        "replication_key",
        "replication_method",
        "last_replication_method",
        "starting_replication_value",
        "replication_key_signpost",
        "version",
        "lsn",
        "xmin",
        "offset",
        "page",
        "log_file",
        "log_pos",
        "gtid",
        "initial_full_table_complete",
        "currently_syncing",
    )
)
"""What bookmarks hold beside the value of the replication key."""
_NOT_INSIDE = ("progress_markers", "context", "last_pk_fetched", "max_pk_values")
"""Objects that are not the position of a stream: the markers of an unfinished run, the names of a partition."""


class Places:
    """The positions of a state, by stream."""

    def __init__(self, state: State, keys: Mapping[str, str]) -> None:
        self._state = state
        self._keys = keys
        bookmarks = state.members.get("bookmarks")
        self.by_stream = bool(bookmarks and bookmarks.is_object)
        """Whether the state has `bookmarks`."""
        self._leaves: dict[Optional[str], list[Leaf]] = {}
        for leaf in leaves(state):
            stream = self._stream_of(leaf.path)
            if stream is not None:
                self._leaves.setdefault(stream, []).append(leaf)

    def _stream_of(self, path: Path) -> Optional[str]:
        if path[:1] == ("bookmarks",) and self.by_stream:
            return path[1] if len(path) > 1 and isinstance(path[1], str) else None
        return path[0] if path and isinstance(path[0], str) else None

    @property
    def streams(self) -> list[str]:
        """The streams that have a bookmark, or the names at the top of a state without streams."""
        return [stream for stream in self._leaves if stream is not None]

    def of(self, stream: str) -> list[Leaf]:
        """The positions of a stream."""
        found = [leaf for leaf in self._leaves.get(stream, []) if self._is_position(leaf, stream)]
        key = self._keys.get(stream)
        for wanted in (VALUE, key):
            named = [leaf for leaf in found if leaf.path[-1] == wanted]
            if named:
                return named
        times = [leaf for leaf in found if is_time(self.text(leaf))]
        return times or (found if len({_name(leaf) for leaf in found}) == 1 else [])

    def _is_position(self, leaf: Leaf, stream: str) -> bool:
        inside = leaf.path[2:] if self.by_stream else leaf.path[1:]
        return (
            self.text(leaf) not in ("null", "true", "false")
            and not any(part in _NOT_INSIDE for part in inside)
            and not (inside and inside[-1] in _OTHERS and inside[-1] != self._keys.get(stream))
        )

    def text(self, leaf: Leaf) -> str:
        """The JSON text of a value."""
        return self._state.text[leaf.start : leaf.end]


def _name(leaf: Leaf) -> Any:
    """What identifies values of one kind: the last name of the path, not the index in a list."""
    return next((part for part in reversed(leaf.path) if isinstance(part, str)), None)


def replication_keys(catalog: Optional[Any]) -> dict[str, str]:
    """The replication keys that a catalog gives to streams, by each of their names."""
    listed: Iterable[Entry] = entries(catalog, "the catalog") if catalog else []
    found: dict[str, str] = {}
    for entry in listed:
        root = metadata_of(entry, [])
        key = root.get("replication-key") or entry.get("replication_key")
        if isinstance(key, str):
            found.update(dict.fromkeys(names(entry), key))
    return found


def names_in(bookmark: Any) -> list[str]:
    """The names of properties in a bookmark, among them the one that it calls its replication key."""
    if isinstance(bookmark, list):
        return [name for each in bookmark for name in names_in(each)]
    if not isinstance(bookmark, dict):
        return []
    key = bookmark.get("replication_key")
    structure = (VALUE, "partitions", *_OTHERS, *_NOT_INSIDE)
    return [
        *(name for name in bookmark if name not in structure),
        *([key] if isinstance(key, str) else []),
        *(name for each in bookmark.values() for name in names_in(each)),
    ]
