"""Connecting to the server."""

from __future__ import annotations

from tapctl_bulk.common.settings import Config, integer, text
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.tap_postgres.connection import connect as connect_to
from tapctl_bulk.tap_postgres.connection import connection_parameters
from tapctl_bulk.tap_postgres.tunnel import through_tunnel
from tapctl_bulk.target_postgres.failures import failure
from tapctl_bulk.target_postgres.names import quoted

SESSION = (
    "set timezone = 'UTC'",
    "set datestyle = 'ISO, MDY'",
    "set intervalstyle = 'postgres'",
    "set standard_conforming_strings = on",
    "set client_min_messages = 'warning'",
)
"""What the statements of this target rely on, whatever is set for the user or the database."""

COMPRESSION = """
select set_config((s).name, 'lz4', false) from (select pg_show_all_settings() s offset 0) found
where (s).name = 'default_toast_compression' and (s).source = 'default' and 'lz4' = any((s).enumvals)
"""
"""Compresses long values two to three times as fast as PostgreSQL's default, unless the user, the
database or the server has a setting of its own. The view pg_settings has the same rows, but is
collected as a whole, with a temporary file if work_mem is low."""


def connect(config: Config) -> Connection:
    """Connect, through the tunnel if there is one.

    Raises:
        ConnectorError: The settings are incomplete, or the server refuses.
    """
    parameters = connection_parameters(config)
    parameters["application_name"] = "target_postgres"
    connection = connect_to(through_tunnel(config, parameters))
    statements = [*SESSION, COMPRESSION]
    for name in ("lock_timeout", "statement_timeout"):
        if config[f"{name}_seconds"] is not None:
            statements.append(f"set {name} = '{integer(config, f'{name}_seconds')}s'")
    if role := text(config, "owner_role"):
        statements.append(f"set role {quoted(role)}")
    try:
        connection.execute("; ".join(statements))
    except PostgresError as error:
        raise failure(error) from error
    connection.autocommit = False
    return connection
