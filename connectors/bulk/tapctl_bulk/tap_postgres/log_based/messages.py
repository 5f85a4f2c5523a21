"""The messages of pgoutput, version 1, in which values are texts.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple, TypeAlias

from tapctl_bulk.common.errors import ConnectorError


class Absent:
    """A value that the log does not contain."""


ABSENT: Final = Absent()
Value: TypeAlias = bytes | Absent | None
"""None is NULL."""
Row: TypeAlias = list[Value]


class Begin(NamedTuple):
    """A transaction starts."""

    commit: int
    """Position of its commit."""
    time: int
    """Microseconds since 2000-01-01, in UTC."""
    transaction: int


class Commit(NamedTuple):
    """A transaction ends."""

    end: int
    """Position after it."""


class Table(NamedTuple):
    """What the following changes of a table look like."""

    oid: int
    columns: tuple[str, ...]
    identity: tuple[bool, ...]
    """Whether the column is part of the replica identity."""
    types: tuple[int, ...]


class Change(NamedTuple):
    """A row was inserted, updated or deleted."""

    oid: int
    old: Row | None
    """Values before the change; None if the log does not contain them."""
    has_whole_old: bool
    """Whether they are not only those of the replica identity."""
    new: Row | None
    """None if the row was deleted."""
    size: int
    """Bytes of the message."""


class Truncate(NamedTuple):
    """Tables were emptied."""

    oids: tuple[int, ...]


Message: TypeAlias = Begin | Commit | Table | Change | Truncate | None
"""None: a message that does not matter here."""

BEGIN, COMMIT = Struct(">QqI"), Struct(">xQQ")
TRUNCATE = Struct(">IB")
NULL, TEXT = map(ord, "nt")
WHOLE, NEW = map(ord, "ON")


def parse(message: bytes) -> Message:
    """Read a message.

    Raises:
        ConnectorError: It is of a kind that version 1 does not have.
    """
    kind = message[:1]
    match kind:
        case b"I" | b"U" | b"D":
            return _change(message)
        case b"B":
            return Begin(*BEGIN.unpack_from(message, 1))
        case b"C":
            return Commit(COMMIT.unpack_from(message, 1)[1])
        case b"R":
            return _table(message)
        case b"T":
            count, _ = TRUNCATE.unpack_from(message, 1)
            return Truncate(_numbers(message[1 + TRUNCATE.size :], count))
        case b"O" | b"Y" | b"M":  # Origin, type and message.
            return None
    raise ConnectorError(
        f"the log contains a message of an unknown kind, {kind!r}",
        "Report it with the version of PostgreSQL",
    )


def _numbers(data: bytes, count: int) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[4 * at : 4 * at + 4], "big") for at in range(count))


def _change(message: bytes) -> Change:
    oid = int.from_bytes(message[1:5], "big")
    at, old, has_whole_old = 5, None, False
    if message[at] != NEW:
        has_whole_old = message[at] == WHOLE
        old, at = _row(message, at + 1)
    new = _row(message, at + 1)[0] if at < len(message) else None
    return Change(oid, old, has_whole_old, new, len(message))


def _row(message: bytes, at: int) -> tuple[Row, int]:
    """Return the values of a row, and where they end."""
    count = int.from_bytes(message[at : at + 2], "big")
    at += 2
    row: Row = []
    for _ in range(count):
        kind = message[at]
        if kind == TEXT:
            start = at + 5
            at = start + int.from_bytes(message[at + 1 : start], "big")
            row.append(message[start:at])
        else:
            row.append(None if kind == NULL else ABSENT)
            at += 1
    return row, at


def _table(message: bytes) -> Table:
    oid = int.from_bytes(message[1:5], "big")
    at = message.index(b"\0", 5) + 1  # After the schema,
    at = message.index(b"\0", at) + 2  # the name and the kind of replica identity.
    count = int.from_bytes(message[at : at + 2], "big")
    at += 2
    columns, identity, types = [], [], []
    for _ in range(count):
        end = message.index(b"\0", at + 1)
        identity.append(bool(message[at] & 1))
        columns.append(message[at + 1 : end].decode())
        types.append(int.from_bytes(message[end + 1 : end + 5], "big"))
        at = end + 9  # After the type and its modifier.
    return Table(oid, tuple(columns), tuple(identity), tuple(types))
