"""Runs a command and prints what it took: seconds, CPU seconds, and the resident memory of its largest process.

Measured from a small process, because a command's own peak is never below that of the process it was forked from.
"""

import json
import os
import sys
import time


def main() -> None:
    # The command's standard input is a pipe that stays open, as that of the runner is under `tapctl`.
    read, _ = os.pipe()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, read, 0), (os.POSIX_SPAWN_DUP2, null, 1)]
    started = time.perf_counter()
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    scale = 1 if sys.platform == "darwin" else 1024
    print(
        json.dumps(
            {
                "code": os.waitstatus_to_exitcode(status),
                "seconds": seconds,
                "cpu": used.ru_utime + used.ru_stime,
                "rss": used.ru_maxrss * scale,
            }
        )
    )


main()
