"""target-postgres as a program: reads and parses in the main thread, loads in another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from tapctl_bulk.common.arguments import Arguments
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.program import Connector, run_program
from tapctl_bulk.common.settings import Config, flag, integer
from tapctl_bulk.common.singer import Output
from tapctl_bulk.singer_input import (
    ActivateVersion,
    Pause,
    Records,
    Schema,
    State,
    open_input,
    read_messages,
)
from tapctl_bulk.target_postgres.channel import Channel
from tapctl_bulk.target_postgres.connection import connect
from tapctl_bulk.target_postgres.loader import Loader
from tapctl_bulk.target_postgres.memory import keep_blocks, release_blocks
from tapctl_bulk.target_postgres.names import TableName, table_of
from tapctl_bulk.target_postgres.origin import common_time
from tapctl_bulk.target_postgres.rows import LARGE_BYTES, RowWriter, VersionFound
from tapctl_bulk.target_postgres.settings import SETTINGS, handles_versions
from tapctl_bulk.target_postgres.wanted import wanted_table

MAX_QUEUED_BYTES = 4 << 20
EMPTY_STATES = (b"{}", b"null")
T = TypeVar("T")


def main() -> None:
    """Run the console script."""
    run_program(CONNECTOR)


def run(arguments: Arguments, config: Config) -> None:
    """Load the messages of stdin."""
    for name in ("stream_maps", "flattening_enabled"):
        if config[name]:
            raise ConnectorError(
                f'setting "{name}" is not supported by the bulk target',
                "Remove it, or use targetPostgresSdk (meltanolabs-target-postgres)",
            )
    if handles_versions(config) and not flag(config, "add_record_metadata"):
        raise ConnectorError(
            'setting "activate_version" requires "add_record_metadata"',
            'Set "activate_version" to false, or "add_record_metadata" to true',
        )
    keep_blocks()
    worker = _Worker(lambda: Loader(connect(config), config, Output().write))
    worker.result_of(lambda _loader: None)  # It has connected.
    if arguments.test:
        return
    target = _Target(worker, config)
    for message in read_messages(open_input(arguments.input)):
        match message:
            case Records():
                target.add_records(message)
            case Schema():
                target.add_schema(message)
            case State():
                if message.value not in EMPTY_STATES:
                    worker.do(partial(Loader.add_state, value=message.value))
            case ActivateVersion():
                worker.do(
                    partial(Loader.activate_version, stream=message.stream, version=message.version)
                )
            case Pause():
                worker.do(Loader.check_age)
        del message  # Its rows are not kept while the next ones are read.
    worker.result_of(Loader.finish)


class _Target:
    """The streams of a run."""

    def __init__(self, worker: _Worker, config: Config) -> None:
        self._worker = worker
        self._config = config
        self._writers: dict[str, RowWriter] = {}
        self._with_origin: set[str] = set()
        self._times: dict[str, str] = {}
        self._streams: dict[TableName, str] = {}
        self._max_rows = max(1, integer(config, "batch_size_rows"))

    def add_schema(self, message: Schema) -> None:
        table = table_of(message.stream, self._config)
        other = self._streams.setdefault(table, message.stream)
        if other != message.stream:
            raise ConnectorError(
                f'streams "{other}" and "{message.stream}" would both be loaded into table {table}',
                'Set "schema_mapping", or load them with two pipelines',
            )
        wanted = wanted_table(message, self._config)
        columns = self._worker.result_of(lambda loader: loader.prepare(wanted, table))
        replaces_nul = flag(self._config, "sanitize_null_text_characters")
        self._writers[message.stream] = RowWriter(columns, replaces_nul=replaces_nul)

    def add_records(self, message: Records) -> None:
        stream = message.stream
        extracted = self._extracted(message)
        if len(message.data) > LARGE_BYTES:
            self._worker.wait_until_idle()
            release_blocks()
        for part in _parts(message, self._max_rows):
            rows = self._rows(part)
            with_origin = stream in self._with_origin
            self._worker.do(
                partial(
                    Loader.add_rows,
                    stream=stream,
                    rows=rows,
                    count=part.count,
                    with_origin=with_origin,
                    extracted=None if with_origin else extracted,
                ),
                len(rows),
            )

    def _rows(self, records: Records) -> bytes:
        """Rows of COPY, with time and version from the first message on that has a version."""
        stream, writer = records.stream, self._writers[records.stream]
        if stream not in self._with_origin:
            try:
                return writer.rows(records, with_origin=False)
            except VersionFound:
                self._with_origin.add(stream)
        return writer.rows(records, with_origin=True)

    def _extracted(self, records: Records) -> str | None:
        """When all rows of a stream so far were extracted. None if it is in the rows or unknown."""
        stream = records.stream
        if stream in self._with_origin:
            return None
        found = common_time(records)
        if found is not None and self._times.setdefault(stream, found) == found:
            return found
        if b'"time_extracted"' in records.data:
            self._with_origin.add(stream)
        return None


def _parts(records: Records, max_rows: int) -> Iterator[Records]:
    """Split records into parts of at most a batch."""
    if records.count <= max_rows:
        yield records
        return
    lines = records.data.split(b"\n")[:-1]
    for start in range(0, len(lines), max_rows):
        some = lines[start : start + max_rows]
        runs = tuple((records.line_number(start + index), 1) for index in range(len(some)))
        yield records._replace(data=b"\n".join([*some, b""]), count=len(some), runs=runs)


class _Worker:
    """A thread in which the loader connects and runs. What fails there is raised here.

    Signals are handled in this thread, even while the other one waits for the server.
    """

    def __init__(self, create: Callable[[], Loader]) -> None:
        self._create = create
        self._channel: Channel[Callable[[Loader], object]] = Channel(MAX_QUEUED_BYTES)
        self._failure: BaseException | None = None
        self._waiting = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()

    def do(self, action: Callable[[Loader], object], size: int = 0) -> None:
        """Do something after everything before it."""
        if not self._channel.send(action, size):
            self._raise()

    def wait_until_idle(self) -> None:
        """Wait until everything is done."""
        self._channel.wait_until_idle()

    def result_of(self, action: Callable[[Loader], T]) -> T:
        """Do something, wait for it and return its result."""
        results: Channel[T] = Channel(0)
        ended = threading.Event()

        def act(loader: Loader) -> None:
            results.send(action(loader))
            ended.set()

        self._waiting = ended
        self.do(act)
        ended.wait()
        if self._failure is not None:
            self._raise()
        return results.receive()

    def _work(self) -> None:
        try:
            loader = self._create()
            while True:
                self._channel.receive()(loader)
        except BaseException as error:
            self._failure = error
            self._channel.close()
            self._waiting.set()

    def _raise(self) -> None:
        assert self._failure is not None
        raise self._failure


CONNECTOR = Connector(
    name="target-postgres",
    kind="target",
    description="Loads into PostgreSQL: COPY into a staging table, then one statement per batch.",
    capabilities=("about", "settings-schema", "hard-delete", "activate-version", "soft-delete"),
    settings=SETTINGS,
    run=run,
)
