"""Escapes of JSON strings, as COPY's CSV format with a backslash as escape character needs them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw

# Stand for an escaped backslash, and for a backslash of a quoted field. Never bytes of UTF-8.
BACKSLASH = b"\xff"
QUOTING = b"\xfe"
ESCAPE = b"\\"
NOT_PLAIN = b"{[" + QUOTING + ESCAPE
"""How objects, arrays and strings start when their quotes are hidden."""
CACHED_BYTES = 24
CONTROLS = (
    (b"\\/", b"/"),
    (b"\\b", b"\b"),
    (b"\\f", b"\f"),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
)
UNITS = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+")
JSON_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")


class NulCharacter(Exception):
    """A text has the character U+0000."""


def unescape(text: bytes, *, replaces_nul: bool) -> bytes:
    """Replace all escapes except those of quotes and backslashes.

    Raises:
        NulCharacter: A text has U+0000 and is not to be changed.
        UnicodeDecodeError: A text has half of a surrogate pair.
    """
    if b"\\" not in text:
        return text
    # With the pairs out of the way, every backslash that is left starts an escape.
    text = text.replace(b"\\\\", BACKSLASH)
    if text.count(b"\\") > text.count(b'\\"'):
        for escape, character in CONTROLS:
            text = text.replace(escape, character)
        if b"\\u" in text:
            text = _with_characters(text, replaces_nul)
    return text.replace(BACKSLASH, b"\\\\")


def quote(value: bytes) -> bytes:
    """Return JSON text as a field, if it needs quotes: a number, a boolean or null does not.

    Its escapes stay as they are, so their backslashes are hidden from `unescape`; `finished`
    writes them.
    """
    if value[:1] not in (b"{", b"[", b'"'):
        return value
    hidden = value.replace(b"\\", QUOTING + QUOTING) if b"\\" in value else value
    return b'"' + hidden.replace(b'"', QUOTING + b'"') + b'"'


def quote_all(values: Sequence[Raw], escape: bytes, *, replaces_nul: bool) -> list[bytes]:
    """Return JSON values as fields, as `quote` does, which takes longer for each of them.

    Args:
        values: JSON texts without line ends.
        escape: `QUOTING`, or `ESCAPE` if the fields are not passed to `unescape`.
        replaces_nul: Whether U+0000 is replaced.
    """
    text = values[0] if len(values) == 1 else b"\n".join(values)
    text = replace_nul(bytes(text)) if replaces_nul else bytes(text)
    if b"\\" in text:
        text = text.replace(b"\\", escape + escape)
    text = text.replace(b'"', escape + b'"')
    return [b'"' + one + b'"' if one[:1] in NOT_PLAIN else one for one in text.split(b"\n")]


def finished(text: bytes) -> bytes:
    """Write the backslashes of quoted fields."""
    return text.replace(QUOTING, b"\\")


def replace_nul(value: bytes) -> bytes:
    """Replace U+0000 in the strings of JSON text."""
    if b"\\u0000" not in value:
        return value
    return JSON_ESCAPE.sub(lambda match: b"\\ufffd" if match[0] == b"\\u0000" else match[0], value)


def _with_characters(text: bytes, replaces_nul: bool) -> bytes:
    # Into one buffer: the list of parts that re.sub builds takes many times the memory of the text.
    result = bytearray()
    position = 0
    for match in UNITS.finditer(text):
        result += memoryview(text)[position : match.start()]
        units = match[0]
        characters = _cached(units) if len(units) <= CACHED_BYTES else _characters(units)
        if b"\0" in characters:
            if not replaces_nul:
                raise NulCharacter
            characters = characters.replace(b"\0", "\ufffd".encode())
        result += characters
        position = match.end()
    result += memoryview(text)[position:]
    return bytes(result)


def _characters(units: bytes) -> bytes:
    """Decode `\\uXXXX\\uXXXX`, which may be surrogate pairs, into UTF-8."""
    codes = [int(unit, 16) for unit in units[2:].split(b"\\u")]
    text = b"".join(code.to_bytes(2, "little") for code in codes).decode("utf-16-le")
    return text.encode().replace(b"\\", BACKSLASH).replace(b'"', b'\\"')


_cached = lru_cache(maxsize=4096)(_characters)
