"""Executes a request: returns its exit code and reports every error in one line."""

from __future__ import annotations

import os
import signal
import sys
from typing import Callable, Optional

from . import VERSION, places
from .codes import INTERNAL, INTERRUPTED, OK, USAGE, RunnerError, io_error
from .connector import read_connector
from .descent import request_death
from .files import read_object
from .request import DATA, Arguments, read_request
from .session import Session
from .workflow import await_target, settle, tell_pod

Outcome = tuple[int, Optional[str]]
"""Exit code and the error in one line."""


def main(argv: list[str]) -> int:
    """Exit code of `singer-runner ARGV...`."""
    try:
        args = _arguments(argv)
    except RunnerError as error:
        return _complain(str(error), error.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    if args is None:
        return OK
    if args.command not in DATA:
        return _guarded(lambda: _without_session(args), None)
    if args.parent_process is not None:
        request_death(signal.SIGKILL, args.parent_process)
    try:
        session = Session(args)
    except RunnerError as error:
        return _complain(str(error), error.code)
    code = _guarded(lambda: _command(args.command)(session), session)
    if args.standalone:
        from .standalone import report

        report(session)
    try:
        code = settle(args, code, session.result)
    except RunnerError as error:
        return _complain(str(error), error.code)
    if code != OK:
        await_target(args, session.result, lambda: session.supervisor.stops > 0)
    return code


def _arguments(argv: list[str]) -> Optional[Arguments]:
    """The arguments of the request, or the image's defaults without one; None if only text is printed."""
    if argv and not argv[0].startswith("-"):
        if len(argv) > 1:
            raise RunnerError(
                USAGE,
                f'"{argv[0]}" is followed by {len(argv) - 1} more arguments; pass one argument: the request as JSON (see --help)',
            )
        return read_request(argv[0])
    path = places.described(places.directory())
    if os.path.exists(path):
        from .standalone import arguments

        connector = read_connector(
            path, str(read_object(path, "connector description").get("kind"))
        )
        return arguments(argv, connector, path)
    if argv[:1] in (["-h"], ["--help"]):
        from .help import usage

        os.write(1, usage().encode())
    elif argv[:1] == ["--version"]:
        os.write(1, f"singer-runner {VERSION}\n".encode())
    else:
        raise RunnerError(
            USAGE,
            f"no request was given and {path} does not exist; pass a request as JSON (see --help)",
        )
    return None


def _command(name: str) -> Callable[[Session], Outcome]:
    if name == "extract":
        from .extract import extract

        return extract
    if name == "load":
        from .load import load

        return load
    if name == "stream":
        from .stream import stream

        return stream
    from .discover import discover

    return discover


def _without_session(args: Arguments) -> Outcome:
    if args.command == "commit":
        from .commit import commit

        return commit(args)
    if args.command == "verdict":
        from .verdict import verdict

        return verdict(args)
    if args.command == "summary":
        from .summary import summarize

        return summarize(args)
    if args.command == "notify":
        from .notify import notify

        return notify(args)
    from .describe import describe

    return describe(args)


def _guarded(work: Callable[[], Outcome], session: Optional[Session]) -> int:
    try:
        code, error = work()
    except RunnerError as failure:
        code, error = failure.code, str(failure)
    except KeyboardInterrupt:
        code, error = INTERRUPTED, "stopped"
    except OSError as failure:
        code, error = INTERNAL, str(io_error(failure, "use", str(failure.filename or "a file")))
    except Exception as failure:  # A bug is reported in one line like any other error.
        if os.environ.get("SINGER_DEBUG"):
            import traceback

            traceback.print_exc(file=sys.stderr)
        code, error = (
            INTERNAL,
            f"bug in the runner: {type(failure).__name__}: {failure} (SINGER_DEBUG=1 shows where)",
        )
    if session is None:
        return _complain(error, code) if error else code
    error = session.masker.text(error) if error else None
    if error:
        session.log.line("runner", error)
        tell_pod(error)
    try:
        session.close(code, error)
    except RunnerError as failure:
        return _complain(str(failure), code if code != OK else failure.code)
    return code


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"runner | {message}\n")
    tell_pod(message)
    return code
