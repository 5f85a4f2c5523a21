"""How the C library manages memory."""

from __future__ import annotations

_SIZE = 8 << 20


def keep_freed_memory() -> None:
    """Makes glibc keep freed memory for what is allocated next, up to 16 MiB; without effect elsewhere.

    It returns freed blocks of 128 KiB or more to the system, so that each page of the next one is a page fault, which
    costs as much as masking its content. Freeing a larger block raises that limit: M_MMAP_THRESHOLD in mallopt(3).
    """
    # bytes() gets zeroed pages that are never touched, bytearray() would write to them.
    bytes(_SIZE)
