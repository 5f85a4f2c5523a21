"""Masks the properties that the rules of a run name, between the tap and what it is stored in or loaded into."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Optional

from .blocks import blocks
from .child import Child
from .codes import INTERNAL, USAGE, RunnerError, io_error
from .line_runs import parts_of
from .mask_lines import MaskedLines
from .mask_rules import ColumnMasks
from .mask_values import Hasher
from .memory import keep_freed_memory
from .pipes import Gatherer, large_pipe
from .rules import Options
from .session import Session
from .supervisor import Supervisor

_FINISH_SECONDS = 2
"""Time to read what a tap that has ended left in its pipe."""


_MOUNTED_SALT = "MASK_SALT"
"""File of a salt in an existing Kubernetes Secret. Names of secrets are in lower case, so no other one has it."""


class ColumnMasking:
    """The masks of a run, see run_masking.py."""

    def __init__(self, masks: ColumnMasks, salt: bytes) -> None:
        self._masks = masks
        self._lines = MaskedLines(masks, Hasher(salt))
        keep_freed_memory()

    def block(self, buffer: bytearray, end: int) -> list[bytes]:
        """The whole lines in `buffer[:end]`, in parts, with their values masked. RunnerError for what cannot be masked."""
        return [masked for part in parts_of(buffer, end) for masked in self._lines.feed(part)]

    def output(self, output: int, path: str, closes: bool) -> MaskedOutput:
        """What a tap writes to instead of `output`, whose path is `path`; `closes` it at the end."""
        return MaskedOutput(self, output, path, closes)

    def check(self, session: Session) -> None:
        """Exit 2 if a complete run had no property that should be masked: a typo must not let its values pass."""
        unmet = self._masks.unmet()
        if getattr(session.args, "slice", None):
            # What this slice does not have, another one may have.
            session.result["unmasked"] = unmet
        elif unmet:
            raise RunnerError(USAGE, unmet[0])


def masking_by(
    session: Session, rules: list[Options], catalog: Optional[Mapping[str, Any]]
) -> ColumnMasking:
    """The masks of rules with some."""
    masks = ColumnMasks(rules, catalog)
    salt = _salt(session.args.mask_salt)
    if salt:
        session.masker.add([salt.decode("utf-8", "replace")])
    if masks.hashes and not salt.strip():
        raise RunnerError(USAGE, "mask: the salt is missing or empty; set maskSalt to a secret")
    return ColumnMasking(masks, salt)


def _salt(path: Optional[str]) -> bytes:
    """The salt in the file, else in the mounted key of an existing Kubernetes Secret; empty without one."""
    if not path:
        return b""
    mounted = os.path.join(os.path.dirname(os.path.dirname(path)), "secrets", _MOUNTED_SALT)
    for file_path in (path, mounted):
        if os.path.exists(file_path):
            try:
                with open(file_path, "rb") as file:
                    return file.read()
            except OSError as error:
                raise io_error(error, "read", file_path) from None
    return b""


class MaskedOutput:
    """Moves what a tap sends to a file, a FIFO or stdout, masked. The tap writes to `sink`."""

    def __init__(self, masking: ColumnMasking, output: int, path: str, closes: bool) -> None:
        self.error: Optional[RunnerError] = None
        """Why it stopped before the end."""
        self.ended = threading.Event()
        self._masking = masking
        self._output = output
        self._path = path
        self._closes = closes
        self._source, self.sink = large_pipe()
        self._gatherer = Gatherer()
        self._tap: Child
        self._supervisor: Supervisor
        self._stopped = self._finishing = False

    def start(self, tap: Child, supervisor: Supervisor) -> None:
        """Moves everything that the tap sends, in a thread."""
        os.close(self.sink)
        self._tap, self._supervisor = tap, supervisor
        threading.Thread(target=self._run, daemon=True).start()

    def look(self) -> bool:
        """Whether the tap must be stopped now; must be called often."""
        if self._tap.ended.is_set() and not self._finishing:
            # Its output may be held open by an invisible process.
            self._finishing = True
            self._supervisor.after(_FINISH_SECONDS, self._gatherer.finish)
        stop = self.error is not None and self._tap.is_running and not self._stopped
        self._stopped = self._stopped or stop
        return stop

    def abandon_soon(self) -> None:
        """Soon stops waiting for the reader of its output, which does not read."""
        self._supervisor.after(_FINISH_SECONDS, self.ended.set)

    def _run(self) -> None:
        try:
            try:
                self._move()
            finally:
                # SIGPIPE shows a tap that still writes that its reader is gone.
                os.close(self._source)
                if self._closes:
                    os.close(self._output)
        except BrokenPipeError:
            pass
        except RunnerError as error:
            self.error = error
        except OSError as error:
            self.error = io_error(error, "write", self._path)
        except Exception as error:
            # The run waits for this thread: a bug must fail the run instead of blocking it.
            self.error = RunnerError(INTERNAL, f"mask: {type(error).__name__} in the runner")
        self.ended.set()
        self._supervisor.wake()

    def _move(self) -> None:
        for buffer, end, whole in blocks(self._source, self._gatherer):
            if not whole:
                self._tap.ended.wait()
                if not self._tap.ok or self._supervisor.stops:
                    return
                buffer[end : end + 1] = b"\n"
                end += 1
            for part in self._masking.block(buffer, end):
                data = memoryview(part)
                while data:
                    data = data[os.write(self._output, data) :]
