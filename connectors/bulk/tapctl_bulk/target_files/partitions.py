"""Splitting records by the values of columns."""

from __future__ import annotations

import msgspec

from tapctl_bulk.singer_input import Records, find_damage
from tapctl_bulk.target_files.names import partition_folder


class _Line(msgspec.Struct):
    record: dict[str, msgspec.Raw]


_LINES = msgspec.json.Decoder(_Line)


def split(records: Records, columns: tuple[str, ...]) -> dict[str, Records]:
    """Return records by the folder of their partition.

    Raises:
        ConnectorError: A line is not a RECORD message.
    """
    if not columns:
        return {"": records}
    lines: dict[str, list[bytes]] = {}
    try:
        for line in records.data.split(b"\n")[:-1]:
            record = _LINES.decode(line).record
            folder = "/".join(partition_folder(one, _text(record.get(one))) for one in columns)
            lines.setdefault(folder, []).append(line)
    except (ValueError, RecursionError):
        raise find_damage(records) or ValueError("a line cannot be read") from None
    return {
        folder: Records(records.stream, b"\n".join([*found, b""]), len(found), records.runs)
        for folder, found in lines.items()
    }


def _text(raw: msgspec.Raw | None) -> str | None:
    value = bytes(raw or b"null")
    if value.startswith(b'"'):
        return msgspec.json.decode(value, type=str)
    return None if value == b"null" else value.decode()
