"""How memory is kept for the next block of rows, and given back after large rows."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
OPTIONS = (
    # Larger blocks go back to the system when they are freed. glibc raises this to 32 MiB once such
    # blocks were freed, and rows of 10 MB would then leave holes: 110 MB instead of 80 MB.
    (M_MMAP_THRESHOLD, 4 << 20),
    # Smaller ones, which are the blocks of ordinary rows, stay: fetching their pages from the
    # system again for each block takes a sixth of the target's time.
    (M_TRIM_THRESHOLD, 32 << 20),
    (M_TOP_PAD, 8 << 20),
)


def keep_blocks() -> None:
    """Keep the memory of ordinary blocks, but not of large ones."""
    with _libc() as libc:
        for option, value in OPTIONS:
            libc.mallopt(option, value)


def release_blocks() -> None:
    """Give back what `keep_blocks` keeps: up to 20 MB, which a large row needs itself."""
    with _libc() as libc:
        libc.malloc_trim(0)


@contextmanager
def _libc() -> Iterator[ctypes.CDLL]:
    """The C library. Nothing happens if it is not glibc."""
    with suppress(OSError, AttributeError):
        yield ctypes.CDLL(None)
