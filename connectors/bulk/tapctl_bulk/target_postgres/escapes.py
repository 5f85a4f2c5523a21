"""Escapes of JSON strings, as COPY's CSV format with a backslash as escape character needs them."""

from __future__ import annotations

import re

# Pairs are matched as a whole, so that the backslash that a pair stands for starts no escape.
ESCAPE = re.compile(rb'\\(?:["\\]|((?:u[0-9a-fA-F]{4})(?:\\u[0-9a-fA-F]{4})*)|([/bfnrt]))')
CONTROLS = {b"/": b"/", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
JSON_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
NEEDS_WORK = re.compile(rb'\\[^"\\]')


class NulCharacter(Exception):
    """A text has the character U+0000."""


def unescape(text: bytes, *, replaces_nul: bool) -> bytes:
    """Replace all escapes except those of quotes and backslashes.

    Raises:
        NulCharacter: A text has U+0000 and is not to be changed.
    """
    if not NEEDS_WORK.search(text):
        return text

    def replaced(match: re.Match[bytes]) -> bytes:
        units, control = match[1], match[2]
        if control:
            return CONTROLS[control]
        if not units:
            return match[0]
        characters = _characters(units)
        if "\0" in characters:
            if not replaces_nul:
                raise NulCharacter
            characters = characters.replace("\0", "\ufffd")
        return characters.replace("\\", "\\\\").replace('"', '\\"').encode()

    return ESCAPE.sub(replaced, text)


def quote(value: bytes) -> bytes:
    """Return JSON text as a field, if it needs quotes: a number, a boolean or null does not."""
    if value[:1] not in (b"{", b"[", b'"'):
        return value
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def replace_nul(value: bytes) -> bytes:
    """Replace U+0000 in the strings of JSON text."""
    if b"\\u0000" not in value:
        return value
    return JSON_ESCAPE.sub(lambda match: b"\\ufffd" if match[0] == b"\\u0000" else match[0], value)


def _characters(units: bytes) -> str:
    """Decode the rest of `\\uXXXX\\uXXXX`, of which the first backslash is cut off."""
    codes = [int(unit, 16) for unit in units[1:].split(b"\\u")]
    return b"".join(code.to_bytes(2, "little") for code in codes).decode("utf-16-le")
