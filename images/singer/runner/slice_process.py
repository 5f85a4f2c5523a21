"""A slice of a parallel run: a runner of its own, in a forked process, with its own connectors."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from typing import Any, Callable, NamedTuple

from . import descent
from .codes import INTERNAL, status
from .files import remove, result_if_any
from .guarded import Outcome, guarded
from .log_lines import read_lines
from .request import Arguments
from .session import Session
from .workflow import settle

_LINE = re.compile(r"(tap|target|runner) \| (.*)", re.S)
_LEFTOVER_SECONDS = 2


class Slice(NamedTuple):
    """A part of the streams."""

    number: int
    """From 1."""
    of: int
    """How many slices there are."""
    streams: list[str]
    """Its streams, by the names that they have in the catalog."""
    names: frozenset[str]
    """All names of its streams."""
    folder: str
    """Where its files are."""

    def path(self, name: str) -> str:
        """A file of the slice."""
        return os.path.join(self.folder, name)

    @property
    def title(self) -> str:
        """The slice in errors, with its streams."""
        shown = ", ".join(self.streams[:_SHOWN])
        more = f" and {len(self.streams) - _SHOWN} more" if len(self.streams) > _SHOWN else ""
        return f"slice {self.number} of {self.of} ({shown}{more})"


_SHOWN = 3
_LEFT = ("candidate", "new_schemas")
"""What a slice leaves beside its result."""


class SliceProcess:
    """A running slice; `ended` is set once its result is known."""

    def __init__(
        self,
        part: Slice,
        args: Arguments,
        command: Callable[[Session], Outcome],
        session: Session,
    ) -> None:
        self.slice = part
        self.ended = threading.Event()
        self.result: dict[str, Any] = {}
        """What it left; with a code and an error even if it was killed."""
        self.figures: dict[str, int] = {}
        """Its latest progress."""
        self._session = session
        self._result = args.result
        for path in (args.result, *(getattr(args, name, None) for name in _LEFT)):
            remove(path or "")
        out, err = os.pipe(), os.pipe()
        self._outputs = out[0], err[0]
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _run(args, command, parent, out[1], err[1])
        os.close(out[1])
        os.close(err[1])
        descent.own(self.pid)

    def watch(self) -> None:
        """Follows it in threads; all slices are started first, because a fork copies no other thread."""
        out, err = self._outputs
        readers = [_in_thread(_read, out, self._event), _in_thread(_read, err, self._log)]
        _in_thread(self._wait, readers)

    def signal(self, number: int) -> None:
        """Sends it a signal unless it has ended."""
        if not self.ended.is_set():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def _wait(self, readers: list[threading.Thread]) -> None:
        _, ended = os.waitpid(self.pid, 0)
        for reader in readers:
            reader.join(_LEFTOVER_SECONDS)
        self.result = _judged(ended, result_if_any(self._result))
        self.ended.set()
        self._session.supervisor.wake()

    def _log(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        found = _LINE.match(text)
        source, text = (found[1], found[2]) if found else ("runner", text)
        self._session.log.line(source, f"[{self.slice.number}] {text}")

    def _event(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if event.get("event") != "progress":
            return
        self.figures.update({name: event[name] for name in _FIGURES if name in event})
        self.figures["silent"] = event.get("silent", 0)


_FIGURES = ("bytes", "records", "total")


def _run(
    args: Arguments, command: Callable[[Session], Outcome], parent: int, out: int, err: int
) -> None:
    """The forked process. It never returns."""
    code = INTERNAL
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        # A terminal's Ctrl-C reaches the parent alone, which passes it on.
        os.setsid()
        descent.request_death(signal.SIGKILL, parent)
        descent.forget()
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.close(out)
        os.close(err)
        session = Session(args)
        # The configuration stays in memory; what connectors write goes to the disk, in a folder of the slice.
        session.private_path("")
        os.environ["TMPDIR"] = args.temporary
        code = settle(args, guarded(lambda: command(session), session), session.result)
    finally:
        os._exit(code)


def _judged(ended: int, result: dict[str, Any]) -> dict[str, Any]:
    """The result counts only if the process ended by itself."""
    if os.WIFSIGNALED(ended):
        name = signal.Signals(os.WTERMSIG(ended)).name
        hint = ", possibly out of memory" if name == "SIGKILL" else ""
        return _failed(f"its runner was killed by {name}{hint}")
    if not result or result.get("code") != os.WEXITSTATUS(ended):
        return _failed(f"its runner exited with {os.WEXITSTATUS(ended)} and left no result of that")
    return result


def _failed(error: str) -> dict[str, Any]:
    return {"status": status(INTERNAL), "code": INTERNAL, "error": error}


def _read(fd: int, take: Callable[[bytes], None]) -> None:
    try:
        read_lines(fd, take)
    finally:
        os.close(fd)


def _in_thread(action: Callable[..., None], *args: Any) -> threading.Thread:
    thread = threading.Thread(target=action, args=args, daemon=True)
    thread.start()
    return thread
