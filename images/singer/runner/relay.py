"""Moves a Singer stream from a descriptor to a target and counts it on the way."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Callable, NamedTuple, Optional

from .batches import count_batches
from .block import Cut
from .blocks import blocks
from .codes import EXPECTATION, RunnerError
from .pipes import Gatherer, enlarge
from .scan import Scanner
from .totals import BadLine

if TYPE_CHECKING:
    from .column_masking import ColumnMasking

_MANY_PIECES = 8


class Gate(NamedTuple):
    """What keeps refused data from a target that already reads."""

    at_end: Callable[[], Optional[str]]
    """Called when all data of a tap that succeeded has come; returns why it is refused."""
    refuse: Callable[[BadLine], None]
    """Called with a refused message before the target's input is closed: it must not take that for
    the end of the data."""


class Relay:
    """A stream being fed to a target; `start` moves it in a thread."""

    def __init__(
        self,
        scanner: Scanner,
        sink: int,
        max_bad: int,
        keep_tail: Callable[[], bool],
        masking: Optional[ColumnMasking] = None,
        gate: Optional[Gate] = None,
    ) -> None:
        self.scanner = scanner
        self.read = 0
        """Bytes received."""
        self.written = 0
        """Bytes written to the target's pipe."""
        self.source_ended = False
        """The end of the source was read."""
        self.complete = False
        """Everything was written, and the target's input was closed."""
        self.broken = False
        """The target ended before that."""
        self.too_bad = False
        """A line fails the run, or there was one bad line too many; nothing after it was written."""
        self.tail_dropped = False
        """The last line was incomplete and was left out."""
        self.error: Optional[OSError] = None
        """Why reading failed."""
        self.refused: Optional[RunnerError] = None
        """Why a line cannot be masked; neither it nor anything after it was written."""
        self.ended = threading.Event()
        self._sink = sink
        self._gatherer = Gatherer()
        self._max_bad = max_bad
        self._keep_tail = keep_tail
        self._masking = masking
        self._gate = gate

    def start(self, open_source: Callable[[], int], on_end: Callable[[], None]) -> None:
        """Moves the data of `open_source`, which is called in the thread, because opening a FIFO
        waits for its writer."""
        threading.Thread(target=self._run, args=(open_source, on_end), daemon=True).start()

    def finish(self) -> None:
        """Ends the stream after the current content of its pipe, although the pipe is still open."""
        self._gatherer.finish()

    @property
    def cut_short(self) -> bool:
        """The source was still open when `finish` ended it."""
        return self._gatherer.cut_short

    def abandon(self) -> None:
        """Stops waiting for it, because neither side moves."""
        if not self.ended.is_set():
            self.broken = True
            self.ended.set()

    def _run(self, open_source: Callable[[], int], on_end: Callable[[], None]) -> None:
        try:
            source = open_source()
            try:
                self._move(source, on_end)
            finally:
                # SIGPIPE shows a tap that still writes that its reader is gone.
                os.close(source)
        except BrokenPipeError:
            self.broken = True
        except RunnerError as error:
            self.refused = error
            self.too_bad = True
        except OSError as error:
            self.error = error
        except Exception as error:
            # The run waits for this thread: a bug must fail the run instead of blocking it.
            detail = "" if self._masking else f": {error}"
            self.error = OSError(errno.EIO, f"{type(error).__name__}{detail}")
        if not (self.broken or self.too_bad or self.error):
            self.complete = True
        if self.too_bad and self._gate and self.scanner.fatal:
            self._gate.refuse(self.scanner.fatal)
        os.close(self._sink)
        self.ended.set()
        on_end()

    def _move(self, source: int, wake: Callable[[], None]) -> None:
        is_pipe = not stat.S_ISREG(os.fstat(source).st_mode)
        if is_pipe:
            enlarge(source)
        for buffer, end, whole in blocks(source, self._gatherer if is_pipe else None):
            self.read += end
            if not whole:
                self._end_source(wake)
                if not self._keep_tail():
                    self.tail_dropped = True
                    return
                buffer[end : end + 1] = b"\n"
                end += 1
            if self._masking:
                buffer = bytearray().join(self._masking.block(buffer, end))
                end = len(buffer)
            cuts = self.scanner.feed(buffer, end)
            count_batches(self.scanner)
            if self.scanner.bad > self._max_bad:
                self.too_bad = True
                return
            self._write(buffer, end, cuts)
            if self.scanner.fatal:
                self.too_bad = True
                return
        self._end_source(wake)
        self._look_at_end()

    def _look_at_end(self) -> None:
        """Refuses what is only known to be wrong once everything has come, before the target learns of the end."""
        refusal = self._gate.at_end() if self._gate and self._keep_tail() else None
        if refusal:
            self.scanner.fatal = BadLine(0, refusal, b"", code=EXPECTATION)
            self.too_bad = True

    def _end_source(self, wake: Callable[[], None]) -> None:
        self.source_ended = True
        wake()

    def _write(self, buffer: bytearray, end: int, cuts: list[Cut]) -> None:
        with memoryview(buffer) as view:
            if len(cuts) <= _MANY_PIECES:
                for start, stop in kept(cuts, end):
                    self._write_all(view[start:stop])
            else:
                self._write_all(
                    memoryview(b"".join(view[start:stop] for start, stop in kept(cuts, end)))
                )

    def _write_all(self, data: memoryview) -> None:
        while data:
            count = os.write(self._sink, data)
            self.written += count
            data = data[count:]


def kept(cuts: list[Cut], end: int) -> Iterator[tuple[int, int]]:
    """The parts of a block of `end` bytes that remain between `cuts`."""
    start = 0
    for cut, stop in cuts:
        if cut > start:
            yield start, cut
        start = stop
    if end > start:
        yield start, end
