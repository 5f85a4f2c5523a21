"""The target: collects records into files, and publishes them before the state that follows them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone

from tapctl_bulk.common.arguments import Arguments
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.settings import Config, integer, text
from tapctl_bulk.common.singer import Output
from tapctl_bulk.duckdb_engine.columns import columns_of
from tapctl_bulk.singer_input import (
    ActivateVersion,
    Message,
    Pause,
    Records,
    Schema,
    State,
    open_input,
    read_messages,
)
from tapctl_bulk.target_files.folder import Destination, Folder
from tapctl_bulk.target_files.formats import Writer
from tapctl_bulk.target_files.names import partition_folder, run_name, safe
from tapctl_bulk.target_files.partitions import split
from tapctl_bulk.target_files.parts import Part, sync
from tapctl_bulk.target_files.s3 import Bucket
from tapctl_bulk.target_files.settings import partition_columns

FILE_BYTES = 256 << 20
MOST_FILES = 500


def run(arguments: Arguments, config: Config) -> None:
    """Load the input, or test the destination."""
    started = datetime.now(timezone.utc)
    name, output = run_name(started), text(config, "output_path")
    writer = Writer(config)
    is_s3 = output.startswith("s3://")
    destination: Destination = Bucket(output, name, config) if is_s3 else Folder(output, name)
    try:
        if arguments.test:
            return log("the destination can be written")
        target = Target(destination, writer, config, name, started)
        for message in read_messages(open_input(arguments.input)):
            target.handle(message)
        target.finish()
    finally:
        destination.close()


@dataclass(frozen=True)
class File:
    """A published file."""

    stream: str
    path: str
    rows: int
    bytes: int


class Target:
    """Open parts, published files, and the state that is to be reported next."""

    def __init__(
        self, destination: Destination, writer: Writer, config: Config, name: str, started: datetime
    ) -> None:
        self._destination = destination
        self._writer = writer
        self._name = name
        self._started = started
        self._rows = integer(config, "file_rows")
        self._partitions = partition_columns(config)
        by_date = config["partition_by_date"] is True
        self._day = partition_folder("extraction_date", f"{started:%Y-%m-%d}") if by_date else ""
        self._schemas: dict[str, Schema] = {}
        self._as_text: set[str] = set()
        self._parts: dict[tuple[str, str], tuple[Part, str]] = {}
        self._files: list[File] = []
        self._state: bytes | None = None
        self._output = Output()

    def handle(self, message: Message) -> None:
        """Handle one message."""
        match message:
            case Records():
                self._add(message)
            case State():
                self._state = message.value
                if not self._parts:
                    self._report()
            case Schema():
                self._change(message)
            case ActivateVersion() | Pause():
                pass

    def finish(self) -> None:
        """Publish the rest and complete the manifest."""
        self._publish(is_complete=True)

    def _change(self, message: Schema) -> None:
        columns = columns_of(message, lower_case=False)
        names = {one.name for one in columns}
        missing = next((one for one in self._partitions if one not in names), None)
        if missing is not None:
            raise ConnectorError(
                f'stream "{message.stream}" has no column "{missing}" to partition by',
                'Correct "partition_by", or load the stream with another pipeline',
            )
        if message.stream in self._schemas:
            self._publish()
        self._schemas[message.stream] = message

    def _add(self, records: Records) -> None:
        for partition, some in split(records, self._partitions).items():
            key = (records.stream, partition)
            if key not in self._parts and len(self._parts) >= MOST_FILES:
                self._publish()
            part = self._part(key)
            if not part.add(some):
                self._publish()
                self._as_text.add(records.stream)
                self._part(key).add(some)
        parts = [part for part, _name in self._parts.values()]
        if any(one.rows >= self._rows for one in parts) or (
            sum(one.bytes for one in parts) >= FILE_BYTES
        ):
            self._publish()

    def _part(self, key: tuple[str, str]) -> Part:
        stream, partition = key
        if key not in self._parts:
            number = len(self._files) + len(self._parts)
            file = f"{safe(stream)}-{self._name}-{number:05d}{self._writer.ending}"
            folders = [one for one in (safe(stream), self._day, partition) if one]
            path = os.path.join(self._destination.staging, f"{number:05d}")
            columns = columns_of(self._schemas[stream], lower_case=False)
            part = self._writer.part(path, columns, stream in self._as_text)
            self._parts[key] = (part, "/".join([*folders, file]))
        return self._parts[key][0]

    def _publish(self, is_complete: bool = False) -> None:
        """Write and publish all parts, then the manifest, then report the state."""
        for (stream, _partition), (part, name) in self._parts.items():
            if part.rows == 0:
                part.close()
                continue
            rows = self._writer.write(part, stream)
            size = sync(part.path)
            self._destination.publish(part.path, name)
            self._files.append(File(stream, name, rows, size))
        self._parts = {}
        self._destination.write_manifest(self._manifest(is_complete))
        self._report()

    def _manifest(self, is_complete: bool) -> str:
        files = [
            {"stream": one.stream, "path": one.path, "rows": one.rows, "bytes": one.bytes}
            for one in self._files
        ]
        manifest = {
            "run": self._name,
            "started": f"{self._started:%Y-%m-%dT%H:%M:%SZ}",
            "complete": is_complete,
            "rows": sum(one.rows for one in self._files),
            "bytes": sum(one.bytes for one in self._files),
            "files": files,
        }
        return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"

    def _report(self) -> None:
        if self._state is not None:
            self._output.write(self._state + b"\n")
            self._state = None
