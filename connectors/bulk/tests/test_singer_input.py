"""Reading Singer messages without parsing records."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.singer_input import (
    ActivateVersion,
    Pause,
    Records,
    Schema,
    State,
    find_damage,
    properties_of,
    read_messages,
)

SCHEMA = b'{"type":"SCHEMA","stream":"%s","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}\n'
A, B = SCHEMA % b"a", SCHEMA % b"b"


def record(stream: str, number: int) -> bytes:
    return b'{"type":"RECORD","stream":"%s","record":{"id":%d}}\n' % (stream.encode(), number)


def messages(data: bytes) -> list[object]:
    """Read data that arrives through a pipe."""
    return list(_through_pipe(data))


def _through_pipe(data: bytes) -> Iterator[object]:
    source, sink = os.pipe()

    def send() -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(sink, view) :]
        os.close(sink)

    threading.Thread(target=send, daemon=True).start()
    try:
        yield from read_messages(source)
    finally:
        os.close(source)


def records(all_messages: list[object]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for message in all_messages:
        if isinstance(message, Records):
            assert message.count == message.data.count(b"\n")
            found[message.stream] = found.get(message.stream, b"") + message.data
    return found


def test_records_of_a_stream_arrive_byte_for_byte() -> None:
    lines = b"".join(record("a", number) for number in range(50_000))
    assert records(messages(A + lines)) == {"a": lines}


@pytest.mark.parametrize("other", [record("b", 0), b'{"type":"STATE","value":1}\n'])
def test_a_line_among_many_records_of_a_stream_is_found(other: bytes) -> None:
    lines = [record("a", number) for number in range(50_000)]
    found = messages(A + B + b"".join([*lines[:30_000], other, *lines[30_000:]]))
    expected = {"a": b"".join(lines), **({"b": other} if b"RECORD" in other else {})}
    assert records(found) == expected
    assert [one.value for one in found if isinstance(one, State)] == [b"1"] * (len(expected) == 1)


def test_states_schemas_and_versions_keep_their_place_among_records() -> None:
    version = b'{"type":"ACTIVATE_VERSION","stream":"a","version":7}\n'
    state = b'{"type":"STATE","value":{"at":1.10}}\n'
    found = messages(A + record("a", 1) + version + record("a", 2) + state + record("a", 3))
    kinds = [type(message) for message in found]
    assert kinds == [Schema, Records, ActivateVersion, Records, State, Records]


def test_a_state_keeps_every_byte() -> None:
    (state,) = messages(b'{"value": {"n": 12345678901234567890.10, "e":1E5}, "type": "STATE"}\n')
    assert isinstance(state, State)
    assert state.value == b'{"n": 12345678901234567890.10, "e":1E5}'


def test_interleaved_streams_are_grouped_until_the_next_state() -> None:
    lines = b"".join(record("ab"[number % 2], number) for number in range(10))
    found = messages(A + B + lines + b'{"type":"STATE","value":1}\n')
    assert [type(message) for message in found] == [Schema, Schema, Records, Records, State]
    grouped = found[2]
    assert isinstance(grouped, Records)
    assert (grouped.count, grouped.line_number(0), grouped.line_number(4)) == (5, 3, 11)


@pytest.mark.parametrize(
    "line",
    [
        b'{"record":{"id":1},"stream":"a","type":"RECORD"}',
        b'{ "type" : "RECORD" , "stream" : "a" , "record" : { "id" : 1 } }',
        b'{"type": "RECORD", "stream": "a", "record": {"id": 1}}',
        b'{"type":"RECORD","stream":"a","record":{"id":1}}\r',
        b'{"type":"RECORD","stream":"\\u0061","record":{"id":1}}',
    ],
)
def test_any_key_order_and_white_space_is_read(line: bytes) -> None:
    assert records(messages(A + line + b"\n")) == {"a": line + b"\n"}


def test_a_line_ends_only_at_a_line_feed() -> None:
    line = '{"type":"RECORD","stream":"a","record":{"t":"\u2028\u0085\u2029"}}\n'.encode()
    assert records(messages(A + line + line)) == {"a": line + line}


def test_blank_lines_and_a_byte_order_mark_are_left_out() -> None:
    found = messages(b"\xef\xbb\xbf" + A + b"\n  \r\n" + record("a", 1) + b"\n")
    assert records(found) == {"a": record("a", 1)}
    assert isinstance(found[1], Records)
    assert found[1].line_number(0) == 4


def test_the_last_line_needs_no_line_end() -> None:
    assert records(messages(A + record("a", 1)[:-1])) == {"a": record("a", 1)}


def test_a_schema_that_did_not_change_is_left_out() -> None:
    found = messages(A + record("a", 1) + A + record("a", 2))
    assert [type(message) for message in found].count(Schema) == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"type":"RECORD"', "line 3 of the input is not JSON"),
        (b"starting up", "line 3 of the input is not JSON: starting up"),
        (b'{"a":1}', "line 3 of the input is not a Singer message"),
        (b'{"type":"LOG"}', "unknown type LOG"),
        (b'{"type":"STATE"}', "is a STATE without a value"),
        (b'{"type":"RECORD","stream":"x","record":{}}', 'line 3 of the input (stream "x")'),
        (
            b'{"type":"RECORD","stream":"a","record":{"t":"\xff"}}',
            "line 3 of the input is not UTF-8",
        ),
        (b'{"type":"BATCH","stream":"a","manifest":[]}', "batch_config"),
        (b'{"type":"SCHEMA","stream":"a","schema":{}}', "SCHEMA without properties"),
    ],
)
def test_a_damaged_line_is_refused_with_its_number(line: bytes, text: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        messages(A + record("a", 1) + line + b"\n" + record("a", 2))
    assert text in caught.value.line()


def test_the_line_that_a_parser_rejects_is_found() -> None:
    cut = b'{"type":"RECORD","stream":"a","record":{"id":\n'
    found = messages(A + record("a", 1) + record("a", 2) + cut)
    assert isinstance(found[1], Records)
    error = find_damage(found[1])
    assert error is not None
    assert 'line 4 of the input (stream "a") is not JSON' in error.line()


def test_silence_is_reported() -> None:
    source, sink = os.pipe()
    reader = read_messages(source, idle_seconds=0.01)
    assert isinstance(next(reader), Pause)
    os.close(sink)
    os.close(source)


def test_properties_keep_types_without_null() -> None:
    found = properties_of(
        {
            "properties": {
                "a": {"type": ["null", "string"], "format": "date-time"},
                "b": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
                "c": {},
            }
        }
    )
    assert [(one.name, one.types, one.format) for one in found] == [
        ("a", ("string",), "date-time"),
        ("b", ("integer",), ""),
        ("c", (), ""),
    ]
