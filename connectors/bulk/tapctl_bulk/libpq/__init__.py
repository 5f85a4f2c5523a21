"""Connections to PostgreSQL by libpq, PostgreSQL's own client library.

Python calls it by ctypes. Importing psycopg takes 0.15 s of CPU time, which is most of a short run;
the package psycopg-binary only brings the library.
"""

from tapctl_bulk.libpq.connection import Connection, Rows
from tapctl_bulk.libpq.copy_in import CopyIn
from tapctl_bulk.libpq.copy_out import CopyOut
from tapctl_bulk.libpq.errors import PostgresError
from tapctl_bulk.libpq.parameters import url_parameters

__all__ = ["Connection", "CopyIn", "CopyOut", "PostgresError", "Rows", "url_parameters"]
