"""A connector as a child process in a session of its own."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Callable, Optional

from .codes import TAP_FAILED, TARGET_FAILED, RunnerError
from .failure import explanation
from .log import LINE_LIMIT, Log

_LEFTOVER_SECONDS = 2
_KEPT_LINES = 400
_PR_SET_PDEATHSIG = 1

Stream = Optional[int]


class Child:
    """A started connector. `watch` must be called once; then `ended` tells when all is known."""

    def __init__(self, role: str, name: str, command: list[str], stdin: Stream, stdout: Stream) -> None:
        self.role = role
        self.name = name
        self.exit: Optional[int] = None
        """Exit code; None while it runs and when a signal ended it."""
        self.signal: Optional[str] = None
        """Name of the signal that ended it, e.g. SIGKILL."""
        self.seconds = 0.0
        """How long it ran."""
        self.ended_at = 0.0
        """When it ended, on the monotonic clock."""
        self.ended = threading.Event()
        """Set when the process has ended and its stderr is read."""
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        """Its last lines on stderr, masked."""
        self._killed = False
        self._started = time.monotonic()
        self._process = self._start(command, stdin, stdout)

    def _start(self, command: list[str], stdin: Stream, stdout: Stream) -> subprocess.Popen[bytes]:
        code = TAP_FAILED if self.role == "tap" else TARGET_FAILED
        try:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE if stdout is None else stdout, stderr=subprocess.PIPE,
                start_new_session=True, preexec_fn=_die_with_parent())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise RunnerError(code, f"{self.name} does not start: {command[0]}: {why}") from None

    def watch(self, log: Log, on_end: Callable[[], None], at_exit: Optional[Callable[[], None]] = None,
              on_output: Optional[Callable[[bytes], None]] = None) -> None:
        """Logs its stderr, hands each line of its stdout to `on_output`, and waits for it, in threads.

        `at_exit` is called as soon as the process is gone, `on_end` when `ended` is set.
        """
        process = self._process
        readers = [_in_thread(self._read_errors, log)]
        if process.stdout is not None and on_output:
            readers.append(_in_thread(_read_lines, process.stdout.fileno(), on_output))
        _in_thread(self._wait, readers, on_end, at_exit)

    def _wait(self, readers: list[threading.Thread], on_end: Callable[[], None],
              at_exit: Optional[Callable[[], None]]) -> None:
        status = self._process.wait()
        self.ended_at = time.monotonic()
        self.seconds = self.ended_at - self._started
        if at_exit:
            at_exit()
        until = time.monotonic() + _LEFTOVER_SECONDS
        for reader in readers:
            reader.join(max(0, until - time.monotonic()))
        # What the connector has left running would hold its pipes open for ever.
        self._signal_group(signal.SIGKILL)
        for reader in readers:
            reader.join(_LEFTOVER_SECONDS)
        if status < 0:
            self.signal = signal.Signals(-status).name
        else:
            self.exit = status
        self.ended.set()
        on_end()

    def _read_errors(self, log: Log) -> None:
        def take(line: bytes) -> None:
            self.lines.append(log.raw(self.role, line))
        assert self._process.stderr is not None
        _read_lines(self._process.stderr.fileno(), take)

    @property
    def ok(self) -> bool:
        """It ended by itself with exit code 0."""
        return self.ended.is_set() and self.exit == 0

    def terminate(self) -> None:
        """Asks it to stop (SIGTERM to its process group)."""
        self._signal_group(signal.SIGTERM)

    def kill(self) -> None:
        """Stops it now (SIGKILL to its process group)."""
        self._killed = True
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def failure(self) -> str:
        """One line that says how it ended and why, e.g. `tap-x exited with 3: ValueError: boom`."""
        if self.signal and self._killed:
            return f"{self.name} did not end by itself and was killed"
        if self.signal:
            hint = " (out of memory?)" if self.signal == "SIGKILL" else ""
            how = f"was killed by {self.signal}{hint}"
        else:
            how = f"exited with {self.exit}"
        why = explanation(list(self.lines), self.name)
        return f"{self.name} {how}: {why}" if why else f"{self.name} {how}"


def _in_thread(work: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread


def _read_lines(fd: int, take: Callable[[bytes], None]) -> None:
    """Gives each line to `take` as it comes, the last one with or without its newline."""
    pending = b""
    while True:
        data = os.read(fd, 1 << 16)
        if not data:
            break
        lines = (pending + data).split(b"\n")
        pending = lines.pop()
        for line in lines:
            take(line)
        if len(pending) > 2 * LINE_LIMIT:
            # The log shows no more of a line than this; the rest of it is let go.
            pending = pending[:LINE_LIMIT + 1]
    if pending:
        take(pending)


def request_death(number: int, parent: int) -> None:
    """Has this process end by signal `number` when `parent` is gone (Linux; nothing elsewhere)."""
    prctl = _prctl()
    if prctl:
        _request(prctl, number, parent)


def _request(prctl: Callable[[int, int], int], number: int, parent: int) -> None:
    prctl(_PR_SET_PDEATHSIG, number)
    # The parent may have been gone before it was asked for.
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def _die_with_parent() -> Optional[Callable[[], None]]:
    """For a child: ends it when the runner is killed."""
    # Looked up here: between fork and exec as little as possible may happen.
    prctl = _prctl()
    parent = os.getpid()
    return (lambda: _request(prctl, signal.SIGKILL, parent)) if prctl else None


def _prctl() -> Optional[Callable[[int, int], int]]:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes
    return ctypes.CDLL(None).prctl
