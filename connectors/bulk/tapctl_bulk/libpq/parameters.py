"""Parameters of connections and statements as libpq reads them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import c_char_p, c_int

from tapctl_bulk.libpq.errors import PostgresError
from tapctl_bulk.libpq.library import libpq

Parameter = str | int | Sequence[str | None] | Sequence[bytes | None] | Sequence[int] | None


class _Option(ctypes.Structure):
    _fields_ = (
        *(
            (name, c_char_p)
            for name in ("keyword", "variable", "compiled", "value", "label", "char")
        ),
        ("size", c_int),
    )


def url_parameters(url: str) -> dict[str, str]:
    """Return the parameters in a URL that starts with `postgresql://`.

    Raises:
        PostgresError: libpq cannot read it.
    """
    message = c_char_p()
    found = libpq().PQconninfoParse(url.encode(), ctypes.byref(message))
    if not found:
        raise PostgresError((message.value or b"").decode(errors="replace").strip())
    options = ctypes.cast(found, ctypes.POINTER(_Option))
    given: dict[str, str] = {}
    at = 0
    while keyword := options[at].keyword:
        if (value := options[at].value) is not None:
            given[keyword.decode()] = value.decode()
        at += 1
    libpq().PQconninfoFree(found)
    return given


def texts(values: Sequence[bytes | None]) -> ctypes.Array[c_char_p]:
    """Return an array of C that ends with NULL."""
    return (c_char_p * (len(values) + 1))(*values, None)


def parameter(value: Parameter) -> bytes | None:
    """Return a parameter of a statement; a list becomes an array."""
    if value is None:
        return None
    if isinstance(value, (str, int)):
        return str(value).encode()
    return b"{" + b",".join([_item(one) for one in value]) + b"}"


def _item(value: str | bytes | int | None) -> bytes:
    if value is None:
        return b"NULL"
    text = value if isinstance(value, bytes) else str(value).encode()
    return b'"%b"' % text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
