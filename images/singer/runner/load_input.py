"""What a load reads, and how the tap that wrote it ended."""

from __future__ import annotations

import os
import select
import stat
from typing import Any, Optional

from .catalog import full_table_streams
from .codes import USAGE, RunnerError, io_error
from .request import Arguments
from .workflow import COMPLETE, awaited_outcome

_PAUSE_MILLISECONDS = 200


def held_streams(catalog: Any) -> frozenset[str]:
    """Streams that must be loaded completely or not at all."""
    return full_table_streams(catalog) if catalog else frozenset()


def is_partial(args: Arguments) -> bool:
    """Whether the tap failed, which is known once its FIFO has ended."""
    if args.tap_outcome_file and not args.partial:
        take_outcome(args, awaited_outcome(args.tap_outcome_file))
    return bool(args.partial)


def take_outcome(args: Arguments, outcome: Optional[str]) -> None:
    """Takes into account how the tap ended: expectations for a complete run do not apply to a failed tap."""
    if args.partial or outcome not in (None, COMPLETE):
        args.partial = True
        args.min_records = args.max_staleness_seconds = None


def is_file(path: str) -> bool:
    """Whether the input can be read twice."""
    try:
        return stat.S_ISREG((os.fstat(0) if path == "-" else os.stat(path)).st_mode)
    except OSError as error:
        raise RunnerError(USAGE, f"input {path}: {error.strerror}") from None


def open_input(path: str) -> int:
    """Opens the input; `-` is stdin."""
    if path == "-":
        return os.dup(0)
    try:
        return os.open(path, os.O_RDONLY)
    except OSError as error:
        raise io_error(error, "read", path) from None


def open_pipe(args: Arguments) -> int:
    """Opens the input; that of a slice even if its tap ends without having opened it."""
    if not getattr(args, "slice", None):
        return open_input(args.input)
    source = os.open(args.input, os.O_RDONLY | os.O_NONBLOCK)
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while not poll.poll(_PAUSE_MILLISECONDS) and not os.path.exists(args.tap_outcome_file):
        pass
    os.set_blocking(source, True)
    return source
