"""Starts runners by forking, so that each has its modules without the 0.1 s that importing them takes.

`python3 -I -S -B runner-server.py RUNNER SOCKET`. A line on stdin is a request: {"argv": [...], "env": {...},
"stdin": whether it gets one}. Its standard streams are connections to SOCKET, in the order of the numbers of their
descriptors. A line on stdout is the id of the process of the next request, or [id, exit code or negative signal].
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys

RUNNER, SOCKET = sys.argv[1:]

PRELOADED = (
    "bisect",
    "ctypes",
    "dataclasses",
    "datetime",
    "email.message",
    "hashlib",
    "http.client",
    "smtplib",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "urllib.request",
    "runner.cli",
    "runner.column_checks",
    "runner.column_masking",
    "runner.commit",
    "runner.contracts",
    "runner.describe",
    "runner.discover",
    "runner.environment",
    "runner.extract",
    "runner.failure",
    "runner.failures",
    "runner.freshness",
    "runner.lineage_facts",
    "runner.load",
    "runner.lookback",
    "runner.parallel",
    "runner.report_end",
    "runner.state_shapes",
    "runner.stream",
    "runner.summary",
    "runner.verdict",
)
"""Modules that runs use. Those that read the environment when they are imported are left to the runs."""


def connect():
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(SOCKET)
    return stream


def start(request):
    """Forks a runner; returns its id in the parent. The child leaves by the end of its run, or of the interpreter."""
    first = 0 if request["stdin"] else 1
    streams = {number: connect() for number in range(first, 3)}
    pid = os.fork()
    if pid:
        for stream in streams.values():
            stream.close()
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for end in WAKE:
        end.close()
    for number, stream in streams.items():
        os.dup2(stream.fileno(), number)
        stream.close()
    if not request["stdin"]:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = [RUNNER, *request["argv"]]
    runpy.run_path(RUNNER, run_name="__main__")
    sys.exit()


def report(value):
    os.write(1, (json.dumps(value) + "\n").encode())


def reap():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        report([pid, os.waitstatus_to_exitcode(status)])


sys.path.insert(0, os.path.dirname(RUNNER))
for name in PRELOADED:
    importlib.import_module(name)
WAKE = socket.socketpair()
for end in WAKE:
    end.setblocking(False)
signal.set_wakeup_fd(WAKE[1].fileno())
signal.signal(signal.SIGCHLD, lambda number, frame: None)
pending = b""
while True:
    ready, _, _ = select.select([0, WAKE[0]], [], [])
    if WAKE[0] in ready:
        WAKE[0].recv(4096)
        reap()
    if 0 in ready:
        data = os.read(0, 1 << 16)
        if not data:
            os._exit(0)
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            report(start(json.loads(line)))
