"""Reads a descriptor in blocks that end at a line break."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Optional

from .pipes import Gatherer

BLOCK = 1 << 19
"""Bytes read at a time: small enough to stay in the processor's cache while it is counted."""


def blocks(
    fd: int, gatherer: Optional[Gatherer] = None, length: Optional[int] = None
) -> Iterator[tuple[bytearray, int, bool]]:
    """Yields (buffer, end, whole): `buffer[:end]` is whole lines, or the last one without its newline.

    The buffer is reused after each step, so callers must not keep views of it. It grows to hold a
    line of any length, and shrinks again. `length` limits how many bytes are read.
    """
    buffer = bytearray(BLOCK)
    fill = 0
    left = sys.maxsize if length is None else length
    while True:
        most = min(left, gatherer(fd)) if gatherer else left
        with memoryview(buffer) as view:
            count = os.readv(fd, [view[fill : fill + most]]) if most else 0
        left -= count
        if gatherer:
            gatherer.took(count)
        if not count:
            break
        end = buffer.rfind(b"\n", fill, fill + count) + 1
        fill += count
        if end:
            yield buffer, end, True
            rest = buffer[end:fill]
            fill -= end
            if len(buffer) > 4 * BLOCK and fill < BLOCK:
                buffer = bytearray(BLOCK)
            buffer[:fill] = rest
        elif fill == len(buffer):
            buffer.extend(bytes(len(buffer)))
    if fill:
        yield buffer, fill, False
