"""Entry point: `python3 images/singer/runner REQUEST` or `python3 -m runner REQUEST`.

A request is JSON that `images/singer/request.schema.json` describes; `--help` lists the commands, the default places
of files and the exit codes. Without a request it does what `docker run IMAGE` does, see standalone.py.
"""

import os
import signal
import sys

INTERRUPTED = 13
"""As in `codes`, which is not loaded yet."""


def _stop_at_once(number, frame):
    os.write(2, b"runner | stopped before it began\n")
    os._exit(INTERRUPTED)


# A stop counts whenever it comes; the supervisor takes over before the first connector starts. As the first process of
# a container the runner would not even get a signal that it does not handle.
for _signal in (signal.SIGTERM, signal.SIGINT):
    signal.signal(_signal, _stop_at_once)

if not __package__:
    # Started by its path: the folder's own modules must not stand in for those of the library.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from runner.cli import main  # noqa: E402

if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Nothing is buffered (all output is by os.write or stderr), and taking the interpreter down takes 7 ms.
    os._exit(code)
