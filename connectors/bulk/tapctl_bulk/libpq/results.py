"""What the server reports of statements."""

from __future__ import annotations

from typing import Any

from tapctl_bulk.libpq.errors import PostgresError, error_of_result
from tapctl_bulk.libpq.library import (
    COMMAND_OK,
    COPY_BOTH,
    COPY_IN,
    COPY_OUT,
    TUPLES_OK,
    libpq,
)

COPIES = (COPY_IN, COPY_OUT, COPY_BOTH)
SUCCESSFUL = (COMMAND_OK, TUPLES_OK, *COPIES)


def last_result(handle: Any) -> Any:
    """Return the result of the last statement that was sent, or of a COPY that starts.

    Raises:
        PostgresError: A statement failed. The first error counts: why the server ends a connection
            comes before the end itself.
    """
    library = libpq()
    last: Any = None
    failure: PostgresError | None = None
    while result := library.PQgetResult(handle):
        if library.PQresultStatus(result) not in SUCCESSFUL:
            failure = failure or error_of_result(result)
        library.PQclear(last)
        last = result
        # libpq would return the result of a COPY for ever.
        if library.PQresultStatus(result) in COPIES:
            break
    if failure:
        library.PQclear(last)
        raise failure
    return last


def finish_copy(handle: Any) -> int:
    """Fetch what the server reports at the end of a COPY. Returns how many rows it has copied.

    Raises:
        PostgresError: The COPY failed.
    """
    library = libpq()
    result = last_result(handle)
    assert library.PQresultStatus(result) not in COPIES, "the COPY has not ended"
    rows = int(library.PQcmdTuples(result) or 0)
    library.PQclear(result)
    return rows
