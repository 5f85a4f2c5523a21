"""Executes a request: returns its exit code and reports every error in one line."""

from __future__ import annotations

import os
import signal
from typing import Callable, Optional

from . import VERSION, places
from .codes import INTERRUPTED, OK, USAGE, RunnerError
from .connector import read_connector
from .descent import request_death
from .files import read_object
from .guarded import Outcome, complain, guarded
from .request import DATA, Arguments, read_request
from .session import Session
from .workflow import await_target, settle


def main(argv: list[str]) -> int:
    """Exit code of `singer-runner ARGV...`."""
    try:
        args = _arguments(argv)
    except RunnerError as error:
        return complain(str(error), error.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    if args is None:
        return OK
    if args.command not in DATA:
        return guarded(lambda: _without_session(args), None)
    if args.parent_process is not None:
        request_death(signal.SIGKILL, args.parent_process)
    try:
        session = Session(args)
    except RunnerError as error:
        return complain(str(error), error.code)
    code = guarded(lambda: _command(args)(session), session)
    if args.standalone:
        from .standalone import report

        report(session)
    try:
        code = settle(args, code, session.result)
    except RunnerError as error:
        return complain(str(error), error.code)
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


def _command(args: Arguments) -> Callable[[Session], Outcome]:
    name = args.command
    if _is_parallel(args):
        from . import parallel

        return parallel.COMMANDS[name]
    if name == "extract":
        from .extract import extract

        return extract
    if name == "load":
        from .load import load

        return load
    if name == "stream":
        from .stream import stream

        return stream
    if name == "slots":
        from .slots import slots

        return slots
    from .discover import discover

    return discover


def _is_parallel(args: Arguments) -> bool:
    """Whether a run is split; an extract is loaded in the form that it has, whatever the pipeline says now."""
    source = getattr(args, "input", None)
    if source and os.path.isdir(source):
        return True
    is_split: bool = bool(getattr(args, "parallel", None)) and args.parallel["slices"] > 1
    return is_split and not (source and os.path.isfile(source))


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
    if args.command == "telemetry":
        from .telemetry import telemetry

        return telemetry(args)
    if args.command == "lineage":
        from .lineage import lineage

        return lineage(args)
    from .describe import describe

    return describe(args)
