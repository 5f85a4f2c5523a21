"""Start and end of a connector: arguments, signals, errors, exit codes."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tapctl_bulk import VERSION
from tapctl_bulk.common.about import about
from tapctl_bulk.common.arguments import Arguments, parse_arguments
from tapctl_bulk.common.errors import ConnectorError, Stopped
from tapctl_bulk.common.logs import start_logging
from tapctl_bulk.common.settings import Config, Setting, load_config

ROWS_PER_COLLECTION = 50_000


class Connector(NamedTuple):
    """A tap or target.

    `run` does what the arguments request, except `--about`, `--help` and `--version`. It raises
    ConnectorError for whatever a user can fix.
    """

    name: str
    kind: Literal["tap", "target"]
    description: str
    capabilities: tuple[str, ...]
    settings: tuple[Setting, ...]
    run: Callable[[Arguments, Config], None]


def run_program(connector: Connector, argv: Sequence[str] | None = None) -> None:
    """Run a connector and end the process.

    Exit codes: 0 for success, 1 for an error (one line on stderr), 2 for wrong usage, 128 plus the
    signal's number after SIGTERM and SIGINT.
    """
    start_logging(connector.name)
    # Rows are tuples without cycles: looking for cycles after every 700 of them finds none.
    gc.set_threshold(ROWS_PER_COLLECTION)
    gc.enable()
    received: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: _stop(number, received))
    arguments = sys.argv[1:] if argv is None else argv
    code = _exit_code(connector, arguments, received)
    sys.stderr.flush()
    # Threads that wait for a server must not keep the process alive.
    os._exit(code)


def _exit_code(connector: Connector, argv: Sequence[str], received: Sequence[int]) -> int:
    try:
        try:
            _run(connector, argv)
            sys.stdout.flush()
        except Exception as error:
            # DuckDB replaces an exception that a signal handler raised by its own.
            if received:
                raise Stopped(received[0]) from error
            raise
    except ConnectorError as error:
        return _fail(connector, error.line())
    except BrokenPipeError:
        _discard_stdout()
        return _fail(connector, "the reader of the output has ended. See its log for the cause")
    except OSError as error:
        return _fail(connector, _of_system(error).line())
    except Stopped as stopped:
        _discard_stdout()
        name = signal.Signals(stopped.signal_number).name
        _fail(connector, f"stopped by {name}")
        return 128 + stopped.signal_number
    except SystemExit as error:
        sys.stdout.flush()
        return error.code if isinstance(error.code, int) else 0
    return 0


def _run(connector: Connector, argv: Sequence[str]) -> None:
    arguments = parse_arguments(connector.name, VERSION, connector.kind, argv)
    if arguments.about:
        print(
            about(
                name=connector.name,
                version=VERSION,
                description=connector.description,
                capabilities=connector.capabilities,
                settings=connector.settings,
                output_format=arguments.format,
            )
        )
        return
    connector.run(arguments, load_config(arguments.config, connector.settings))


def _of_system(error: OSError) -> ConnectorError:
    """A file or folder that cannot be used, such as a full disk."""
    place = f"{error.filename}: " if error.filename else ""
    return ConnectorError(
        f"{place}{error.strerror or error}",
        "Check the folders that the settings name, their permissions and the space on the disk",
    )


def _fail(connector: Connector, line: str) -> int:
    print(f"{connector.name}: error: {line}", file=sys.stderr)
    return 1


def _stop(number: int, received: list[int]) -> None:
    # A second signal must not interrupt the clean-up that the first one started.
    for other in (signal.SIGTERM, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    received.append(number)
    raise Stopped(number)


def _discard_stdout() -> None:
    """Keep Python from writing buffered output to a closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
