"""Bookmarks of streams in the saved state, in the format of the Singer SDK."""

from __future__ import annotations

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json, dumps, loads

ENDLESS = frozenset({"infinity", "Infinity", "NaN"})
"""Greater than any other value of their types. As a bookmark they would hide all later rows."""


class Bookmarks:
    """The state of a run. Whatever it holds besides the bookmarks of this run's streams stays."""

    def __init__(self, state: dict[str, Json]) -> None:
        bookmarks = state.get("bookmarks")
        if bookmarks is not None and not isinstance(bookmarks, dict):
            raise ConnectorError(
                '"bookmarks" of the saved state is not an object', "Correct the state"
            )
        self._rest = {key: value for key, value in state.items() if key != "currently_syncing"}
        self._bookmarks: dict[str, Json] = dict(bookmarks or {})

    def value(self, stream: str, replication_key: str) -> Json:
        """Return the bookmark of a stream; None if there is none for this replication key.

        The SDK's progress markers are not read: rows before them may be missing.
        """
        bookmark = self._bookmarks.get(stream)
        if not isinstance(bookmark, dict) or bookmark.get("replication_key") != replication_key:
            return None
        return bookmark.get("replication_key_value")

    def detail(self, stream: str, name: str) -> int | None:
        """Return a number that the bookmark has besides its value; None if it does not have it."""
        bookmark = self._bookmarks.get(stream)
        detail = bookmark.get(name) if isinstance(bookmark, dict) else None
        return detail if isinstance(detail, int) else None

    def version(self, stream: str) -> int | None:
        """Return the version of the table that the bookmark is of; None if it has none."""
        return self.detail(stream, "version")

    def move(self, stream: str, replication_key: str, value: Json, **details: int) -> None:
        """Set the bookmark of a stream."""
        self._bookmarks[stream] = {
            "replication_key": replication_key,
            "replication_key_value": value,
            **details,
        }

    def touch(self, stream: str) -> None:
        """List a stream that has no bookmark, as the SDK does."""
        self._bookmarks.setdefault(stream, {})

    def state(self) -> dict[str, Json]:
        """Return the value of a STATE message."""
        return {**self._rest, "bookmarks": {**self._bookmarks}}


def last_value(block: bytes, replication_key: str, *, may_be_endless: bool) -> Json:
    """Return the replication key of the last record of a block that is fit for a bookmark.

    None if there is none, which can only be where endless values are possible.
    """
    end = len(block) - 1
    while end > 0:
        start = block.rfind(b"\n", 0, end) + 1
        message = loads(block[start:end])
        record = message.get("record") if isinstance(message, dict) else None
        value = record.get(replication_key) if isinstance(record, dict) else None
        if value is not None and not (may_be_endless and value in ENDLESS):
            return value
        end = start - 1
    return None


def bookmark_text(stream: str, value: Json) -> str:
    """Return a bookmark as the text that PostgreSQL reads.

    Raises:
        ConnectorError: It is neither text nor a number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ConnectorError(
            f'stream "{stream}": the bookmark {dumps(value)} is neither text nor a number',
            "Reset the state of the stream",
        )
    return str(value)
