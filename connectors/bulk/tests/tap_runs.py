"""Running tap-postgres as a user does: a process with files of settings, catalog and state."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postgres_server import PostgresServer

from tapctl_bulk.common.exact_json import loads

TAP = [sys.executable, "-m", "tapctl_bulk.tap_postgres.program"]
SMALL_RANGES = """
from tapctl_bulk.tap_postgres import full_table, program
full_table.RANGE_PAGES = 100
program.main()
"""
FREQUENT_STATES = """
from tapctl_bulk.tap_postgres import incremental, program
incremental.STATE_RECORDS = 500
program.main()
"""


@dataclass(frozen=True)
class Extract:
    """What a run of the tap sent."""

    code: int
    log: str
    messages: list[dict[str, Any]]

    def records(self, stream: str = "") -> list[dict[str, Any]]:
        """Records of a stream. Default: of all."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and stream in ("", message["stream"])
        ]

    def schema(self, stream: str) -> dict[str, Any]:
        """The SCHEMA message of a stream."""
        return next(
            message
            for message in self.messages
            if message["type"] == "SCHEMA" and message["stream"] == stream
        )

    def states(self) -> list[dict[str, Any]]:
        """Values of the STATE messages."""
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def error(self) -> str:
        """The line of the error."""
        lines = [line for line in self.log.splitlines() if "error: " in line]
        assert len(lines) == 1, self.log
        assert "Traceback" not in self.log
        return lines[0].split("error: ", 1)[1]


class TapRuns:
    """Runs of the tap against a server."""

    small_ranges = False
    """Whether a table is large from 100 pages on."""
    frequent_states = False
    """Whether a state follows every 500 records."""

    def __init__(self, server: PostgresServer, **settings: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bulk-tap-"))
        self.settings = {**server.config(), **settings}

    def discover(self, **settings: Any) -> dict[str, Any]:
        """Return the catalog."""
        done = subprocess.run(
            [*TAP, *self._file("config", {**self.settings, **settings}), "--discover"],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        catalog: dict[str, Any] = json.loads(done.stdout)
        return catalog

    def catalog(self, streams: Mapping[str, str | None], **settings: Any) -> dict[str, Any]:
        """Return the catalog with streams selected: each with its replication key, or None."""
        catalog = self.discover(**settings)
        found = {entry["tap_stream_id"]: entry for entry in catalog["streams"]}
        for stream, key in streams.items():
            root = metadata(found[stream], [])
            root["selected"] = True
            if key:
                root.update({"replication-method": "INCREMENTAL", "replication-key": key})
        return catalog

    def run(
        self,
        catalog: Mapping[str, Any],
        state: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> Extract:
        """Run the tap to its end."""
        command = self.command(catalog, state, **settings)
        done = subprocess.run(command, capture_output=True, timeout=300)
        return read(done.returncode, done.stdout, done.stderr)

    def start(
        self,
        catalog: Mapping[str, Any],
        state: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> subprocess.Popen[bytes]:
        """Start the tap. It stops soon if its output is not read: a pipe holds 64 KiB."""
        return subprocess.Popen(
            self.command(catalog, state, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )

    def command(
        self, catalog: Mapping[str, Any], state: Mapping[str, Any] | None, **settings: Any
    ) -> list[str]:
        """Return the command line."""
        files = [
            *self._file("config", {**self.settings, **settings}),
            *self._file("catalog", catalog),
        ]
        program = TAP
        if self.small_ranges or self.frequent_states:
            program = [sys.executable, "-c", SMALL_RANGES if self.small_ranges else FREQUENT_STATES]
        return [*program, *files, *(self._file("state", state) if state is not None else [])]

    def _file(self, name: str, value: Any) -> list[str]:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value))
        return [f"--{name}", str(path)]


def read(code: int, output: bytes, log: bytes) -> Extract:
    """Parse what a run sent. Only a kill cuts the last line, which is left out, as a runner does."""
    lines = output.split(b"\n")
    assert code == -signal.SIGKILL or lines[-1] == b""
    messages: list[Any] = [loads(line) for line in lines[:-1]]
    return Extract(code, log.decode(), messages)


def metadata(entry: dict[str, Any], breadcrumb: list[str]) -> dict[str, Any]:
    """The metadata of a stream or column of a catalog, to be changed."""
    return next(item["metadata"] for item in entry["metadata"] if item["breadcrumb"] == breadcrumb)


def read_bytes(child: subprocess.Popen[bytes], size: int) -> bytes:
    """Read that much of a running tap's output; less only if it ends."""
    assert child.stdout is not None
    output = b""
    while len(output) < size and (part := child.stdout.read(size - len(output))):
        output += part
    return output
