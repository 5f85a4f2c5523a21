"""How much memory large rows leave behind."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
THRESHOLD = 256 << 10


def return_large_blocks() -> None:
    """Give large blocks back to the system when they are freed.

    glibc raises its threshold for that to 32 MiB once such blocks were freed, and rows of 10 MB
    would then leave holes: 110 MB instead of 80 MB.
    """
    try:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, THRESHOLD)
    except (OSError, AttributeError):
        pass  # Not glibc.
