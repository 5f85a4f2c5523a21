"""The program tap-postgres."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from tapctl_bulk.common.arguments import Arguments
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json, dumps
from tapctl_bulk.common.files import read_object
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.program import Connector, run_program
from tapctl_bulk.common.settings import Config, text, whole_config
from tapctl_bulk.common.singer import Output
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.tap_postgres.catalog import catalog_of
from tapctl_bulk.tap_postgres.connection import (
    connect,
    connection_parameters,
    place,
    replication_connection,
)
from tapctl_bulk.tap_postgres.failures import is_connection_lost
from tapctl_bulk.tap_postgres.plan import value_options
from tapctl_bulk.tap_postgres.relations import read_relations
from tapctl_bulk.tap_postgres.settings import SDK_ONLY, SETTINGS
from tapctl_bulk.tap_postgres.snapshot import Snapshot
from tapctl_bulk.tap_postgres.sync import sync
from tapctl_bulk.tap_postgres.tunnel import through_tunnel

STDIN = 0

BLOCK_SECONDS = 5
"""How long the last block may take after a signal, so that no line is cut."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run tap-postgres."""
    run_program(TAP, argv)


def connection_of(given: dict[str, Json], more: dict[str, Any]) -> Connection:
    """Open a connection with a configuration of the tap, for other programs that look at its
    database, and more parameters of libpq.

    Raises:
        ConnectorError: The configuration is wrong, or the server refuses the connection.
    """
    config = whole_config(given, SETTINGS)
    return connect({**through_tunnel(config, connection_parameters(config)), **more})


def _run(arguments: Arguments, config: Config) -> None:
    for name in SDK_ONLY:
        if config[name]:
            raise ConnectorError(
                f'setting "{name}" is not supported by the bulk tap',
                "Remove it, or use tapPostgresSdk (meltanolabs-tap-postgres)",
            )
    output = Output()
    try:
        _in_thread(lambda: _work(arguments, config, output))
    except BaseException:
        # Another connection may be in the middle of a block.
        output.close_within(BLOCK_SECONDS)
        raise


def _work(arguments: Arguments, config: Config, output: Output) -> None:
    @cache
    def parameters() -> dict[str, Any]:
        return through_tunnel(config, connection_parameters(config))

    try:
        if arguments.discover:
            output.write(_discover(config, Snapshot(parameters(), config)).encode())
        elif arguments.test:
            _test(parameters())
        else:
            connection: Connection | None = None
            if arguments.discover_first:
                snapshot = Snapshot(parameters(), config)
                _discover_first(arguments.discover_first, _discover(config, snapshot))
                connection = snapshot.connection
            catalog = _file(arguments.catalog, "catalog", {"streams": []})
            state = _file(arguments.state, "state", {})
            sync(
                config,
                lambda: Snapshot(parameters(), config, connection),
                lambda: replication_connection(parameters()),
                catalog,
                state,
                output,
            )
    except PostgresError as error:
        fix = "Run again" if is_connection_lost(error.sqlstate) else f"SQLSTATE {error.sqlstate}"
        raise ConnectorError(error.primary, fix) from error


def _file(path: str, name: str, default: dict[str, Json]) -> dict[str, Json]:
    return read_object(path, name) if path else default


def _discover(config: Config, snapshot: Snapshot) -> str:
    schemas = cast("list[str] | None", config["filter_schemas"]) or None
    found = read_relations(snapshot.connection, schemas)
    snapshot.end()
    catalog = catalog_of(found, text(config, "default_replication_method"), value_options(config))
    return json.dumps(json.loads(dumps(catalog)), indent=2) + "\n"


def _discover_first(path: str, catalog: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(catalog)
    if not os.read(STDIN, 1):
        raise ConnectorError("stdin ended before the run started")


def _test(parameters: dict[str, Any]) -> None:
    connection = connect(parameters)
    version = connection.parameter_status("server_version")
    connection.close()
    log(f"connected to {place(parameters)}, PostgreSQL {version}")


def _in_thread(work: Callable[[], None]) -> None:
    """Do the work in another thread, so that a signal ends this one between two blocks."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


TAP = Connector(
    name="tap-postgres",
    kind="tap",
    description="Extracts from PostgreSQL; the server writes the messages.",
    capabilities=("catalog", "discover", "state", "about", "test"),
    settings=SETTINGS,
    run=_run,
)

if __name__ == "__main__":
    main()
