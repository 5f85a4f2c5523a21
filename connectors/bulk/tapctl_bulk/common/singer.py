"""Writing Singer messages to stdout."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tapctl_bulk.common.exact_json import Json, dumps

STDOUT = 1


class Output:
    """Writes whole lines to a file descriptor, without a buffer: what is written has left."""

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._descriptor = descriptor

    def write(self, block: bytes) -> None:
        """Write a block of lines, each with its line end.

        Raises:
            BrokenPipeError: The reader has gone.
        """
        view = memoryview(block)
        while view:
            view = view[os.write(self._descriptor, view) :]

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

    def write_state(self, value: Json) -> None:
        """Write a STATE message."""
        self.write_message({"type": "STATE", "value": value})
