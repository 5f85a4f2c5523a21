"""Shows that a pattern of a mask matches no other properties than known ones, without parsing records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Optional

from .selection import fits

PLAIN_NAME = re.compile(r"[A-Za-z0-9_$#@-]+\Z", re.ASCII)


class Guard(NamedTuple):
    """What shows that a pattern matches no other properties than those in the SCHEMA."""

    part: bytes
    """The end of each name that the pattern matches, or the beginning."""
    names: list[bytes]
    """The known names, in quotes."""
    refused: list[bytes]
    """Spellings that are not looked for."""

    def holds(self, run: bytes) -> bool:
        """Whether each place with this part of a name is that of a known name."""
        if any(each in run for each in self.refused):
            return False
        return run.count(self.part) == sum(map(run.count, self.names))


def guard_of(pattern: str, names: Iterable[str]) -> Optional[Guard]:
    """The guard of a pattern with one `*`, at its beginning or its end; None for any other."""
    part = pattern.strip("*")
    if not PLAIN_NAME.match(part) or len(pattern) != len(part) + 1:
        return None
    own = [name for name in names if fits(pattern, name)]
    quoted = part.encode()
    if pattern.startswith("*"):
        # Values may end like a name: only a name is followed by a colon.
        ends = [f'"{name}":'.encode() for name in own]
        return Guard(quoted + b'":', ends, [quoted + b'" ', quoted + b'"\t'])
    return Guard(b'"' + quoted, [f'"{name}"'.encode() for name in own], [])
