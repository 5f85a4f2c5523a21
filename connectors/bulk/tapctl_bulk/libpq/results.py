"""The end of a COPY."""

from __future__ import annotations

from typing import Any

from tapctl_bulk.libpq.errors import PostgresError, error_of_result
from tapctl_bulk.libpq.library import COMMAND_OK, COPY_IN, COPY_OUT, libpq


def finish_copy(handle: Any) -> int:
    """Fetch what the server reports at the end. Returns how many rows it has copied.

    Raises:
        PostgresError: The COPY failed.
    """
    library = libpq()
    failure: PostgresError | None = None
    rows = 0
    while result := library.PQgetResult(handle):
        status = library.PQresultStatus(result)
        if status == COMMAND_OK:
            rows = int(library.PQcmdTuples(result) or 0)
        else:
            failure = failure or error_of_result(result)
        library.PQclear(result)
        # libpq would return this result for ever.
        assert status not in (COPY_IN, COPY_OUT), "the COPY has not ended"
    if failure:
        raise failure
    return rows
