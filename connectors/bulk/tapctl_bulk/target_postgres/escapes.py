"""Escapes of JSON strings, as COPY's text format needs them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw

# Stand for an escaped backslash and for a quote within a value. Never bytes of UTF-8.
BACKSLASH = b"\xff"
QUOTE = b"\xfe"
SHOWN = bytes.maketrans(QUOTE, b'"')
SAMPLE_BYTES = 4096
CACHED_BYTES = 24
ESCAPED = (
    (b"\\", BACKSLASH),
    (b'"', QUOTE),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
)
"""Characters that COPY does not read unchanged, and what `finished` expects for them."""
UNITS = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+")
JSON_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")


class NulCharacter(Exception):
    """A text has the character U+0000."""


def unescape(text: bytes, *, replaces_nul: bool) -> bytes:
    """Replace the escapes that COPY does not know, and hide those of quotes and backslashes.

    Raises:
        NulCharacter: A text has U+0000 and is not to be changed.
        UnicodeDecodeError: A text has half of a surrogate pair.
    """
    if b"\\" not in text:
        return text
    # With the pairs out of the way, every backslash that is left starts another escape.
    text = text.replace(b"\\\\", BACKSLASH).replace(b'\\"', QUOTE)
    return _with_characters(text, replaces_nul) if b"\\u" in text else text


def hide(value: bytes) -> bytes:
    """Hide quotes and backslashes of JSON text that is a value as it is."""
    return value.replace(b"\\", BACKSLASH).replace(b'"', QUOTE)


def hide_all(values: Sequence[Raw], *, replaces_nul: bool) -> list[bytes]:
    """Do the same for many values without line ends, which takes longer one by one."""
    text = values[0] if len(values) == 1 else b"\n".join(values)
    text = replace_nul(bytes(text)) if replaces_nul else bytes(text)
    return hide(text).split(b"\n")


def finished(text: bytes) -> bytes:
    """Remove the quotes around strings, and write what was hidden."""
    # A string is not NULL, which has no quotes.
    text = text.replace(b'"null"', b'"nul\\l"')
    sample = text[:SAMPLE_BYTES]
    if 12 * (sample.count(b'"') + sample.count(QUOTE)) > len(sample):
        text = text.translate(SHOWN, b'"')
    else:  # Few: finding each is faster than looking at each byte.
        text = text.replace(b'"', b"").replace(QUOTE, b'"')
    return text.replace(BACKSLASH, b"\\\\")


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
    found = text.encode()
    for character, escaped in ESCAPED:
        found = found.replace(character, escaped)
    return found


_cached = lru_cache(maxsize=4096)(_characters)
