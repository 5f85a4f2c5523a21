"""Errors that the server or libpq reports."""

from __future__ import annotations

import re
from typing import Any

from tapctl_bulk.libpq.library import libpq

SQLSTATE, PRIMARY, DETAIL, CONTEXT, COLUMN = map(ord, "CMDWc")
SEVERITY = re.compile(r"\w+: +")


class PostgresError(Exception):
    """An error of a statement or a connection. Its text is the whole message."""

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str | None = None,
        primary: str = "",
        detail: str = "",
        context: str = "",
        column: str = "",
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        """Code of the error; None if it is not from the server."""
        self.primary = primary or message
        self.detail = detail
        self.context = context
        self.column = column


def error_of_result(result: Any) -> PostgresError:
    """Return the error of a statement that failed."""
    get = libpq().PQresultErrorField
    return PostgresError(
        _without_severity(libpq().PQresultErrorMessage(result)),
        sqlstate=_text(get(result, SQLSTATE)) or None,
        primary=_text(get(result, PRIMARY)),
        detail=_text(get(result, DETAIL)),
        context=_text(get(result, CONTEXT)),
        column=_text(get(result, COLUMN)),
    )


def error_of_connection(handle: Any) -> PostgresError:
    """Return what libpq last reported for a connection."""
    return PostgresError(_without_severity(libpq().PQerrorMessage(handle)))


def _without_severity(message: bytes | None) -> str:
    text = _text(message)
    found = SEVERITY.match(text)
    return text[found.end() :] if found else text


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace").strip()
