"""Entry point: `python3 images/singer/runner REQUEST` or `python3 -m runner REQUEST`.

`images/singer/request.schema.json` describes the JSON of a request; `--help` lists the commands, the default file
locations and the exit codes. Without a request it behaves like `docker run IMAGE`, see standalone.py.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

# What a run no longer needs is freed by its reference counts. Looking for cycles meanwhile takes 4 ms of its start.
gc.set_threshold(100_000, 50, 50)

INTERRUPTED = 13
"""As in `codes`, which is not loaded yet."""


def _stop_at_once(number: int, frame: object) -> None:
    os.write(2, b"runner | stopped before it started\n")
    os._exit(INTERRUPTED)


# A stop request counts at any time; the supervisor takes over before the first connector starts. As PID 1 of a
# container, the runner would not even receive a signal without a handler.
for _signal in (signal.SIGTERM, signal.SIGINT):
    signal.signal(_signal, _stop_at_once)

if not __package__:
    # Started by path: the folder's modules must not shadow the standard library, which is searched first.
    _folder = os.path.dirname(os.path.abspath(__file__))
    sys.path = [each for each in sys.path if os.path.abspath(each) != _folder]
    sys.path.append(os.path.dirname(_folder))

from runner.cli import main  # noqa: E402

if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Nothing is buffered (all output uses os.write or stderr), and shutting down the interpreter takes 7 ms.
    os._exit(code)
