"""The functions of libpq: https://www.postgresql.org/docs/current/libpq.html"""

from __future__ import annotations

import ctypes
import glob
import os
from ctypes import POINTER, c_char_p, c_int, c_void_p
from functools import cache
from importlib.util import find_spec
from typing import Any

from tapctl_bulk.common.errors import ConnectorError

Notice = ctypes.CFUNCTYPE(None, c_void_p, c_char_p)

TEXTS = POINTER(c_char_p)
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "PQclear": (None, c_void_p),
    "PQcmdTuples": (c_char_p, c_void_p),
    "PQconnectdbParams": (c_void_p, TEXTS, TEXTS, c_int),
    "PQconninfoFree": (None, c_void_p),
    "PQconninfoParse": (c_void_p, c_char_p, POINTER(c_char_p)),
    "PQconsumeInput": (c_int, c_void_p),
    "PQerrorMessage": (c_char_p, c_void_p),
    "PQfinish": (None, c_void_p),
    "PQflush": (c_int, c_void_p),
    "PQfreemem": (None, c_void_p),
    "PQftype": (ctypes.c_uint, c_void_p, c_int),
    "PQgetResult": (c_void_p, c_void_p),
    "PQgetisnull": (c_int, c_void_p, c_int, c_int),
    "PQgetvalue": (c_char_p, c_void_p, c_int, c_int),
    "PQnfields": (c_int, c_void_p),
    "PQntuples": (c_int, c_void_p),
    "PQparameterStatus": (c_char_p, c_void_p, c_char_p),
    "PQputCopyData": (c_int, c_void_p, c_void_p, c_int),
    "PQputCopyEnd": (c_int, c_void_p, c_char_p),
    "PQresultErrorField": (c_char_p, c_void_p, c_int),
    "PQresultErrorMessage": (c_char_p, c_void_p),
    "PQresultStatus": (c_int, c_void_p),
    "PQsendQuery": (c_int, c_void_p, c_char_p),
    "PQsendQueryParams": (
        c_int,
        *[c_void_p, c_char_p, c_int],
        *[c_void_p, TEXTS, c_void_p, c_void_p],
        c_int,
    ),
    "PQserverVersion": (c_int, c_void_p),
    "PQsetNoticeProcessor": (c_void_p, c_void_p, Notice, c_void_p),
    "PQsocket": (c_int, c_void_p),
    "PQstatus": (c_int, c_void_p),
    "PQtransactionStatus": (c_int, c_void_p),
}
"""Type of the result and types of the arguments."""

CONNECTION_OK = 0
COMMAND_OK, TUPLES_OK, COPY_OUT, COPY_IN, COPY_BOTH = 1, 2, 3, 4, 8
TRANSACTION_IDLE = 0


@cache
def libpq() -> ctypes.CDLL:
    """Return the library. Other threads run while one of its functions waits for the server.

    Raises:
        ConnectorError: It is not installed.
    """
    library = ctypes.CDLL(_path())
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@cache
def row_reader() -> Any:
    """Return the function that copies the next row of a COPY to an address. It never waits, so the
    other threads need not run meanwhile, which would take longer than the function itself."""
    function = ctypes.PyDLL(_path()).PQgetlineAsync
    function.argtypes = [c_void_p, c_void_p, c_int]
    return function


@cache
def copy_reader() -> Any:
    """Return the function that fetches the next message of a COPY. Called so that it does not wait,
    as `row_reader`."""
    function = ctypes.PyDLL(_path()).PQgetCopyData
    function.argtypes = [c_void_p, POINTER(c_void_p), c_int]
    return function


@cache
def _path() -> str:
    package = find_spec("psycopg_binary")
    if package and package.origin:
        folder = os.path.dirname(package.origin)
        # Where the wheels of psycopg-binary for Linux and macOS have it.
        for pattern in (f"{folder}.libs/libpq-*.so*", f"{folder}/.dylibs/libpq*.dylib"):
            for path in glob.glob(pattern):
                return path
    from ctypes.util import find_library  # Rarely needed, and slow to import.

    found = find_library("pq")
    if not found:
        raise ConnectorError(
            "libpq, the client library of PostgreSQL, is not installed",
            "Install it: pip install psycopg-binary, or the package libpq5 or libpq of the system",
        )
    return found
