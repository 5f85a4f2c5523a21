"""Counts the rows in the files that BATCH messages name."""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Optional, cast

from .totals import Totals

_PIECE = 1 << 20


def count_batches(totals: Totals) -> None:
    """Counts the rows of the BATCH messages since the last call, before a target can delete their files."""
    for stream, message in totals.batches:
        manifest = message.get("manifest")
        for place in manifest if isinstance(manifest, list) else []:
            rows = _rows(place, message.get("encoding"))
            totals.batch_files += 1
            totals.uncounted_files += rows is None
            totals.batch_rows[stream] = totals.batch_rows.get(stream, 0) + (rows or 0)
    totals.batches = []


def _rows(place: Any, encoding: Any) -> Optional[int]:
    path = local_path(place)
    kind = encoding if isinstance(encoding, dict) else {}
    compression = kind.get("compression") or "none"
    if path is None or kind.get("format") != "jsonl" or compression not in ("gzip", "none"):
        return None
    # Imported late: slow to load, and few taps send batches.
    import gzip

    try:
        with open(path, "rb") as raw:
            return _lines(
                cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if compression == "gzip" else raw
            )
    except (OSError, EOFError, ValueError):
        return None


def local_path(place: Any) -> Optional[str]:
    """The path of a file on this machine, given as a file:// URL or as a path; None for remote files."""
    if not isinstance(place, str):
        return None
    # Imported late: slow to load, and few taps send batches.
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(place)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return unquote(parts.path)
    return place if not parts.scheme and os.path.isabs(place) else None


def _lines(file: BinaryIO) -> int:
    count, last = 0, b"\n"
    while True:
        piece = file.read(_PIECE)
        if not piece:
            return count + (last != b"\n")
        count += piece.count(b"\n")
        last = piece[-1:]
