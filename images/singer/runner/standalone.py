"""Standalone images, `docker run IMAGE`: what runs, on which files, and what is reported."""

from __future__ import annotations

import argparse
import os
import pwd
import select
import stat
from typing import Any, Optional

from .codes import USAGE, RunnerError
from .connector import Connector
from .files import files_below, remove
from .image_help import about
from .image_options import parser
from .mounts import Mounts
from .pipes import unread
from .places import directory
from .request import Arguments
from .request import arguments as checked
from .session import Session


def arguments(argv: list[str], connector: Connector, description: str) -> Optional[Arguments]:
    """The arguments of the command for `argv`; None if only text is printed."""
    own = parser(connector).parse_args(argv)
    if own.about:
        os.write(1, about(connector).encode())
        return None
    if own.sbom:
        with open(os.path.join(os.path.dirname(description), "sbom.cdx.json"), "rb") as file:
            os.write(1, file.read())
        return None
    base = directory()
    mounts = Mounts(base, base != "/singer")
    _settle_in()
    fields = _extract(own, mounts) if connector.kind == "tap" else _load(own, mounts)
    given = {name: value for name, value in fields.items() if value is not None}
    args = checked(
        {"directory": base, f"{connector.kind}Connector": description, **given}, standalone=True
    )
    args.mounts = mounts
    args.left_before = {path: _stamp(path) for path in _left(args)}
    return args


def _settle_in() -> None:
    """Gives connectors a writable home and a user name, as the user id may be arbitrary."""
    places = (os.environ.get("HOME", "/"), os.environ.get("TMPDIR", "/tmp"), "/dev/shm")
    os.environ["HOME"] = next(
        (place for place in places if place != "/" and os.access(place, os.W_OK)), "/"
    )
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        os.environ.setdefault("LOGNAME", "singer")


def _extract(own: argparse.Namespace, mounts: Mounts) -> dict[str, Any]:
    fields = {
        "tapConfig": own.config or mounts.find("tap-config.json", "config.json"),
        "tapSecrets": mounts.find("tap-secrets.json", "secrets.json"),
    }
    if own.discover:
        return {"command": "discover", **fields, "output": "-"}
    catalog = own.catalog or mounts.find("catalog.json")
    fields = {
        "command": "extract",
        **fields,
        "catalog": catalog,
        "select": None if catalog else mounts.find("select.json"),
        "state": own.state or mounts.state(),
        "overlay": mounts.overlay(),
    }
    if own.stdout:
        return {**fields, "output": "-"}
    work = mounts.work()
    _enter(work)
    output = os.path.join(work, "extract.jsonl")
    # A file of another user could not be overwritten.
    remove(output)
    return {**fields, "output": output}


def _load(own: argparse.Namespace, mounts: Mounts) -> dict[str, Any]:
    source = own.input or _source(mounts)
    work = mounts.work()
    fields = {
        "command": "load",
        "targetConfig": own.config or mounts.find("target-config.json", "config.json"),
        "targetSecrets": mounts.find("target-secrets.json", "secrets.json"),
        "catalog": own.catalog or mounts.find("catalog.json"),
        "state": own.state or mounts.state(),
    }
    _enter(work)
    return {
        **fields,
        "input": source,
        "candidate": mounts.new_state(),
        "outputDirectory": os.path.join(work, "output"),
    }


def _enter(work: str) -> None:
    """Makes relative paths in settings start there."""
    if os.getcwd() == "/":
        os.chdir(work)


def _source(mounts: Mounts) -> str:
    """Stdin if it has data, else a mounted extract: an older extract must not replace piped input."""
    extract = mounts.extract()
    is_pipe = _is_pipe()
    if is_pipe and (extract is None or _holds_data()):
        return "-"
    if extract is None:
        raise RunnerError(
            USAGE,
            "no input: mount an extract at /singer/extract.jsonl, or pipe one into docker run -i",
        )
    return extract


def _is_pipe() -> bool:
    """Whether stdin is a pipe, as with docker run -i, or a file that is not empty."""
    try:
        found = os.fstat(0)
    except OSError:
        return False
    return (
        stat.S_ISFIFO(found.st_mode)
        or stat.S_ISSOCK(found.st_mode)
        or (stat.S_ISREG(found.st_mode) and found.st_size > 0)
    )


def _holds_data() -> bool:
    """Waits for the first byte or the end."""
    if stat.S_ISREG(os.fstat(0).st_mode):
        return True
    select.select([0], [], [])
    return unread(0) > 0


def report(session: Session) -> None:
    """Reports where the records, the state and the files are, and prints the state, as Singer targets do."""
    args, mounts = session.args, session.args.mounts

    def tell(what: str, path: str) -> None:
        lost = (
            ""
            if mounts.is_kept(path)
            else "; it is lost with this container: mount a volume at /singer (-v NAME:/singer) to keep it"
        )
        session.log.line("runner", f"{what} {path}{lost}")

    files = files_below(session.output_folder)
    if files and session.output_folder:
        tell(
            f"{len(files)} {'file is' if len(files) == 1 else 'files are'} in",
            session.output_folder,
        )
    for path in (path for path, before in args.left_before.items() if _stamp(path) != before):
        if args.command == "extract":
            tell(f"{os.path.getsize(path):,} bytes of records are in", path)
        else:
            tell("the state is in", path)
            with open(path, "rb") as state:
                os.write(1, state.read().strip() + b"\n")


def _left(args: Arguments) -> list[str]:
    """The output file of the run: the records of a tap, the state of a target."""
    path = args.output if args.command == "extract" else getattr(args, "candidate", None)
    return [] if path is None or path == "-" else [path]


def _stamp(path: str) -> Optional[tuple[int, int]]:
    if not os.path.exists(path):
        return None
    found = os.stat(path)
    return found.st_mtime_ns, found.st_ino
