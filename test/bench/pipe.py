"""Runs `pipe.py TAP TARGET`, two lines of shell, joined by a pipe of 1 MiB as the runner makes them; a shell's has 64 KiB."""

import fcntl
import os
import sys

F_SETPIPE_SZ = 1031


def start(line: str, end: int, place: int) -> int:
    return os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", f"exec {line}"],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, end, place)],
    )


read, write = os.pipe()
if sys.platform == "linux":
    fcntl.fcntl(read, F_SETPIPE_SZ, 1 << 20)
children = [start(sys.argv[1], write, 1), start(sys.argv[2], read, 0)]
os.close(write)
os.close(read)
# A list, because every child is to be awaited.
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))  # noqa: C419
