"""Running target-postgres as a user does: a process, messages on stdin."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from tapctl_bulk.target_postgres.program import main; main()"]


@dataclass(frozen=True)
class Result:
    """How a run of the target ended."""

    code: int
    states: list[str]
    log: str

    @property
    def error(self) -> str:
        """The error line. There is at most one, and no traceback."""
        assert "Traceback" not in self.log
        lines = [line for line in self.log.splitlines() if ": error: " in line]
        assert len(lines) <= 1
        return lines[0] if lines else ""


def start(folder: Path, config: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the target."""
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return subprocess.Popen(
        [*COMMAND, "--config", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def load(folder: Path, config: dict[str, Any], lines: Iterable[str | bytes]) -> Result:
    """Load messages and wait for the end."""
    process = start(folder, config)
    data = b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in lines)
    out, log = process.communicate(data, timeout=120)
    return Result(process.returncode, out.decode().splitlines(), log.decode())


def schema(stream: str, properties: dict[str, Any], keys: list[str] | None = None) -> str:
    return json.dumps(
        {
            "type": "SCHEMA",
            "stream": stream,
            "schema": {"type": "object", "properties": properties},
            "key_properties": ["id"] if keys is None else keys,
        },
        separators=(",", ":"),
    )


def record(stream: str, values: dict[str, Any] | str, **more: Any) -> str:
    text = values if isinstance(values, str) else json.dumps(values)
    rest = "".join(f',"{name}":{json.dumps(value)}' for name, value in more.items())
    return f'{{"type":"RECORD","stream":{json.dumps(stream)},"record":{text}{rest}}}'


def state(value: Any) -> str:
    return json.dumps({"type": "STATE", "value": value}, separators=(",", ":"))


def activate(stream: str, version: int) -> str:
    return json.dumps({"type": "ACTIVATE_VERSION", "stream": stream, "version": version})
