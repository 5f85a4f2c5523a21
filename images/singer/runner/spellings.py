"""The ways in which programs write text: plain, escaped, quoted and encoded."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Optional

_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BACKSLASHES = r"\\{1,16}"
"""Nested quoting repeats backslashes; without a limit, a long run of them would take forever to match."""
_LONG_LINE = 8
_SHORTEST_BASE64 = 5
_LONGEST_CHARACTER = 48


def longest_spelling(value: str) -> int:
    """Upper bound for the length of a spelling of `value`."""
    return sum(2 if _is_plain(char) else _LONGEST_CHARACTER for char in value)


def needles(value: str) -> set[Optional[str]]:
    """Lower-case texts such that every spelling contains one, ignoring case; None if there are none."""
    return {_needle(value), *map(_needle, _lines(value)), *map(_needle, _encoded(value))}


def patterns(value: str) -> Iterator[str]:
    """Regular expressions that match the spellings of `value`, ignoring case.

    They match it with any of its characters escaped for JSON, Python, a shell, a URL or HTML, in hexadecimal, and in
    base64 at any position in the encoded text (`user:password`). A multi-line key (PEM) is also matched line by line.
    """
    for text in [value, *_lines(value)]:
        yield "".join(map(_character, text))
    hexadecimal, *rest = _encoded(value)
    yield hexadecimal
    signs = {"+": r"(?:[+-]|%2b)", "/": r"(?:\\?/|_|%2f)"}
    for text in rest:
        yield "".join(signs.get(char, char) for char in text) + r"[\w+/-]?={0,2}"


def _lines(value: str) -> list[str]:
    return [line for line in value.splitlines() if line != value and len(line) >= _LONG_LINE]


def _encoded(value: str) -> list[str]:
    """The hexadecimal digits, and for each position the base64 characters that depend only on the value."""
    data = value.encode("utf-8", "surrogatepass")
    inside = []
    for before, first in enumerate((0, 2, 3)):
        text = binascii.b2a_base64(bytes(before) + data, newline=False).rstrip(b"=").decode()
        inside.append(text[first : len(text) - (1 if (before + len(data)) % 3 else 0)])
    return [data.hex(), *(text for text in inside if len(text) >= _SHORTEST_BASE64)]


def _needle(text: str) -> Optional[str]:
    return max(re.findall(r"[A-Za-z0-9]+", text), key=len, default="").lower() or None


def _is_plain(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _character(char: str) -> str:
    """A regular expression for one character; letters and digits are never escaped, and quotes may be doubled."""
    if _is_plain(char):
        return char
    code = ord(char)
    data = char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass").hex()
    spelled = [
        _BACKSLASHES if char == "\\" else re.escape(char) + "{1,2}",
        "".join(rf"%(?:25)?{byte:02x}" for byte in data),
        rf"&(?:amp;)?#(?:0*{code}|x0*{code:x});",
        _BACKSLASHES.join(f"u{units[place : place + 4]}" for place in range(0, len(units), 4)),
        _BACKSLASHES.join(f"x{byte:02x}" for byte in data),
    ]
    if code > 0xFFFF:
        spelled.append(f"u{code:08x}")
    elif 0x7F < code < 0x100:
        spelled.append(f"x{code:02x}")
    if char in _ESCAPES:
        spelled.append(_ESCAPES[char])
    if char in _ENTITIES:
        spelled.append(rf"&(?:amp;)?{_ENTITIES[char]};")
    if char == " ":
        spelled.append(r"\+")
    if char == "'":
        # A shell cannot escape a quote inside single quotes: they are closed and reopened.
        spelled += ["""'"'"'""", rf"'{_BACKSLASHES}''"]
    before = "" if char == "\\" else r"\\{0,16}"
    return f"{before}(?:{'|'.join(spelled)})"
