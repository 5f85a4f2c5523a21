"""Writing Singer messages to stdout."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

from tapctl_bulk.common.exact_json import Json, dumps

STDOUT = 1


class Output:
    """Writes whole lines to a file descriptor, without a buffer: what is written has left.

    Threads may share it; a block is never interrupted by another.
    """

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def write(self, block: bytes | memoryview) -> None:
        """Write a block of lines, each with its line end.

        Raises:
            BrokenPipeError: The reader has gone.
        """
        view = memoryview(block)
        with self._lock:
            while view:
                view = view[os.write(self._descriptor, view) :]

    def close_within(self, seconds: float) -> None:
        """Let the block of another thread end, if its reader is quick enough; nothing is written after it."""
        self._lock.acquire(timeout=seconds)

    def write_message(self, message: dict[str, Json]) -> None:
        """Write one message."""
        self.write(dumps(message).encode() + b"\n")

    def write_schema(
        self,
        stream: str,
        schema: Json,
        key_properties: Sequence[str],
        bookmark_properties: Sequence[str] = (),
    ) -> None:
        """Write a SCHEMA message."""
        message: dict[str, Json] = {
            "type": "SCHEMA",
            "stream": stream,
            "schema": schema,
            "key_properties": [*key_properties],
        }
        if bookmark_properties:
            message["bookmark_properties"] = [*bookmark_properties]
        self.write_message(message)

    def write_activate_version(self, stream: str, version: int) -> None:
        """Write an ACTIVATE_VERSION message: rows of earlier versions no longer exist."""
        self.write_message({"type": "ACTIVATE_VERSION", "stream": stream, "version": version})

    def write_state(self, value: Json) -> None:
        """Write a STATE message."""
        self.write_message({"type": "STATE", "value": value})
