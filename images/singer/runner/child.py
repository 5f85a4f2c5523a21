"""A connector as a child process in its own session."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import threading
import time
from collections import deque
from typing import Callable, Optional

from . import descent
from .codes import TAP_FAILED, TARGET_FAILED, RunnerError
from .leftovers import LEFTOVER_SECONDS, Leftovers
from .log import Log
from .log_lines import LogReader, read_lines
from .terminated import says_terminated
from .workers import Workers

_KEPT_LINES = 400
_KEPT_LENGTH = 4096

Stream = Optional[int]


class Child:
    """A started connector. `watch` must be called once; `ended` is set when the outcome is known."""

    def __init__(
        self, role: str, name: str, command: list[str], stdin: Stream, stdout: Stream
    ) -> None:
        self.role = role
        self.name = name
        self.exit: Optional[int] = None
        """Exit code; None while it runs or if a signal ended it."""
        self.signal: Optional[str] = None
        """Name of the signal that ended it, e.g. SIGKILL."""
        self.seconds = 0.0
        """How long it ran."""
        self.ended_at = 0.0
        """When it ended, by the monotonic clock."""
        self.ended = threading.Event()
        """Set when the process and any processes it left behind have ended and its stderr has been read."""
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        """The last lines of its stderr, masked."""
        self._workers = Workers()
        self.fault: Optional[str] = None
        """Why it failed regardless of its exit code, for example why it was stopped."""
        self.warning: Optional[str] = None
        """A warning about how it ended."""
        self.log: LogReader
        self._killed = False
        self._hurry = threading.Event()
        self._started = time.monotonic()
        self._process = self._start(command, stdin, stdout)
        descent.own(self._process.pid)
        self._leftovers = Leftovers(
            None if stdout is None else descent.file_of(stdout), self._pipes_of(stdin, stdout)
        )

    def _start(self, command: list[str], stdin: Stream, stdout: Stream) -> subprocess.Popen[bytes]:
        code = TAP_FAILED if self.role == "tap" else TARGET_FAILED
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE if stdout is None else stdout,
                stderr=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=descent.die_with_parent(),
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise RunnerError(code, f"{self.name} does not start: {command[0]}: {why}") from None

    def _pipes_of(self, stdin: Stream, stdout: Stream) -> set[descent.File]:
        own = [pipe.fileno() for pipe in (self._process.stdout, self._process.stderr) if pipe]
        given = [
            fd for fd in (stdin, stdout) if fd is not None and stat.S_ISFIFO(os.fstat(fd).st_mode)
        ]
        return {descent.file_of(fd) for fd in own + given}

    def watch(
        self,
        log: Log,
        on_end: Callable[[], None],
        at_exit: Optional[Callable[[], None]] = None,
        on_output: Optional[Callable[[bytes], None]] = None,
        grace: float = 0,
    ) -> None:
        """Logs its stderr, hands each line of its stdout to `on_output`, and waits for it, in threads.

        `at_exit` is called as soon as the process exits, `on_end` when `ended` is set. Processes that it leaves
        behind have `grace` seconds to finish its output.
        """
        process = self._process
        assert process.stderr is not None
        self.log = LogReader(
            lambda line: self._keep(log.raw(self.role, line)),
            lambda: log.is_full(self.role),
            lambda lines: log.skip(self.role, lines),
        )
        readers = [_in_thread(self.log.read, process.stderr.fileno())]
        if process.stdout is not None and on_output:
            readers.append(_in_thread(read_lines, process.stdout.fileno(), on_output))
        _in_thread(self._wait, readers, lambda: log.end(self.role), on_end, at_exit, grace)

    def _keep(self, line: str) -> None:
        self.lines.append(line[:_KEPT_LENGTH])
        self._workers.line(line[:_KEPT_LENGTH])

    def _wait(
        self,
        readers: list[threading.Thread],
        end_log: Callable[[], None],
        on_end: Callable[[], None],
        at_exit: Optional[Callable[[], None]],
        grace: float,
    ) -> None:
        status = self._process.wait()
        self.ended_at = time.monotonic()
        self.seconds = self.ended_at - self._started
        if at_exit:
            at_exit()
        self._wait_for_leftovers(grace)
        until = time.monotonic() + LEFTOVER_SECONDS
        for reader in readers:
            reader.join(max(0, until - time.monotonic()))
        # Processes that the connector left running would hold its pipes open forever.
        self._signal_group(signal.SIGKILL)
        self._leftovers.kill()
        for reader in readers:
            reader.join(LEFTOVER_SECONDS)
        end_log()
        if status == 0 and not self._hurry.is_set() and says_terminated(list(self.lines)):
            self.fault = (
                self.fault
                or "was terminated by another process and exited with 0 before it finished"
            )
        if status == 0 and self._workers.failed:
            self.fault = (
                self.fault
                or f"exited with 0 although one of its workers failed, rows may be missing: {self._workers.failed}"
            )
        if status < 0:
            self.signal = signal.Signals(-status).name
        else:
            self.exit = status
        self.ended.set()
        on_end()

    def _wait_for_leftovers(self, grace: float) -> None:
        """A leftover process that was still writing when it was killed was not finished: rows may be missing.

        One that wrote nothing only inherited the output.
        """
        left = self._leftovers.wait(grace, self.ended_at, self._hurry)
        if left and left.wrote:
            self.fault = f"left a process behind ({left.named}) that was still writing {left.waited} later and was killed: rows may be missing"
        elif left:
            self.warning = f"{self.name} left a process behind ({left.named}) that held its output open and wrote nothing for {left.waited}: it was killed"

    @property
    def has_closed_output(self) -> bool:
        """It is running, but neither it nor its descendants can write to its output."""
        return self.is_running and descent.sees_all() and not self._leftovers.writers()

    @property
    def holds_output(self) -> bool:
        """It is running, and it or a descendant can still write to its output."""
        return self.is_running and bool(self._leftovers.writers())

    @property
    def is_running(self) -> bool:
        """The process is still running."""
        return self._process.returncode is None

    @property
    def ok(self) -> bool:
        """It exited with code 0 without being killed."""
        return self.ended.is_set() and self.exit == 0 and self.fault is None

    def terminate(self, fault: Optional[str] = None) -> None:
        """Asks it to stop (SIGTERM to its process group); `fault` marks it as failed."""
        self.fault = self.fault or fault
        self._hurry.set()
        self._signal_group(signal.SIGTERM)

    def kill(self, fault: Optional[str] = None) -> None:
        """Kills it (SIGKILL to its process group); `fault` marks it as failed."""
        self.fault = self.fault or fault
        self._killed = True
        self._hurry.set()
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def failure(self) -> str:
        """How it ended and why, in one line, e.g. `tap-x exited with 3: ValueError: boom`."""
        if self.fault:
            return f"{self.name} {self.fault}"
        if self.signal and self._killed:
            return f"{self.name} did not exit and was killed"
        if self.signal:
            hint = ", possibly out of memory" if self.signal == "SIGKILL" else ""
            how = f"was killed by {self.signal}{hint}"
        else:
            how = f"exited with {self.exit}"
        # Loaded late: a run that succeeds has no failure to explain.
        from .failure import explanation

        why = explanation(list(self.lines), self.name)
        return f"{self.name} {how}: {why}" if why else f"{self.name} {how}"


def _in_thread(work: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread
