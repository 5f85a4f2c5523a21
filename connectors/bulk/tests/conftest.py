"""A PostgreSQL server that all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import PostgresServer, programs


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    if not programs():
        pytest.skip("PostgreSQL is not installed")
    one = PostgresServer()
    one.start()
    yield one
    one.remove()
