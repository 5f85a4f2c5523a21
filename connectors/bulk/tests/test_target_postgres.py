"""target-postgres against a real server: values, modes, changes of schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from target_runs import Result, activate, load, record, schema, start, state

INTEGER = {"type": ["null", "integer"]}
NUMBER = {"type": ["null", "number"]}
TEXT = {"type": ["null", "string"]}
OBJECT = {"type": ["null", "object"]}
MOMENT = {"type": ["null", "string"], "format": "date-time"}
ID = {"id": {"type": "integer"}}


class Warehouse:
    """A schema of its own for a test."""

    def __init__(self, server: PostgresServer, name: str, folder: Path) -> None:
        self.server, self.name, self.folder = server, name, folder

    def load(self, *lines: str | bytes, **settings: Any) -> Result:
        config = self.server.config(default_target_schema=self.name, **settings)
        return load(self.folder, config, lines)

    def succeed(self, *lines: str | bytes, **settings: Any) -> Result:
        result = self.load(*lines, **settings)
        assert result.code == 0, result.log
        return result

    def fail(self, *lines: str | bytes, **settings: Any) -> str:
        result = self.load(*lines, **settings)
        assert result.code == 1
        assert result.error
        return result.error

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.server.query(f'set search_path to "{self.name}"; {sql}')

    def types(self, table: str) -> dict[str, str]:
        rows = self.server.query(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            f'where attrelid = \'"{self.name}"."{table}"\'::regclass and attnum > 0 and not attisdropped order by attnum'
        )
        return {name: kind for name, kind in rows if not name.startswith("_sdc")}


VALUES: list[tuple[dict[str, Any], str, str, str]] = [
    (NUMBER, "12345678901234567890.123456789012345678901234567890", "v::text", "12345678901234567890.123456789012345678901234567890"),
    (NUMBER, "1.7976931348623157e+308", "(v = 1.7976931348623157e308)::text", "true"),
    (NUMBER, "0.10", "v::text", "0.10"),
    (NUMBER, "NaN", "v::text", "NaN"),
    (NUMBER, '"-Infinity"', "v::text", "-Infinity"),
    (INTEGER, "-9223372036854775808", "v::text", "-9223372036854775808"),
    (TEXT, '""', "v", ""),
    (TEXT, '"null"', "v", "null"),
    (TEXT, '"\\\\N"', "v", "\\N"),
    (TEXT, '"\\\\."', "v", "\\."),
    (TEXT, '"a\\tb\\nc\\r\\nd\\\\n\\u0007\\/\\"x\\" \\b\\f"', "v", 'a\tb\nc\r\nd\\n\x07/"x" \b\f'),
    (TEXT, '"\\\\u0041 \\u0041 \\u00e9\\ud83d\\ude00\\u005c\\u0022"', "v", '\\u0041 A é😀\\"'),
    (TEXT, '"\\u006eul\\u006c"', "v", "null"),
    (TEXT, '"nul\\\\l"', "v", "nul\\l"),
    (TEXT, '"\\u000a\\u0009\\u000d\\\\n"', "v", "\n\t\r\\n"),
    (OBJECT, '{"null":"null"}', "v::text", '{"null": "null"}'),
    (TEXT, '"😀 \u2028 \u0085"', "v", "😀 \u2028 \u0085"),
    (TEXT, "5", "v", "5"),
    (TEXT, "true", "v", "true"),
    (TEXT, '{"a":["x\\ty"]}', "v", '{"a":["x\\ty"]}'),
    ({}, '[1,"\\"{"]', "v", '[1,"\\"{"]'),
    (OBJECT, '{"a":12345678901234567890.10,"b":"q\\"\\\\ \\n\\u00e9"}', "v::text", '{"a": 12345678901234567890.10, "b": "q\\"\\\\ \\né"}'),
    (OBJECT, '"text\\n"', "v::text", '"text\\n"'),
    (OBJECT, "7", "v::text", "7"),
    ({"type": "array", "items": INTEGER}, "[1,null,3]", "v::text", "{1,NULL,3}"),
    ({"type": "array", "items": INTEGER}, "[]", "v::text", "{}"),
    ({"type": "array", "items": TEXT}, '["a\\"b",null,"","c,d"]', "to_json(v)::text", '["a\\"b",null,"","c,d"]'),
    ({"type": "array"}, '[{"a":1},[]]', "v::text", '[{"a": 1}, []]'),
    (MOMENT, '"2026-11-29T13:54:00.123456+02:00"', "v::text", "2026-11-29 11:54:00.123456"),
    (MOMENT, '"2026-11-29T13:54:00"', "v::text", "2026-11-29 13:54:00"),
    (MOMENT, '"infinity"', "v::text", "infinity"),
    (MOMENT, '"0044-03-15 12:00:00 BC"', "v::text", "0044-03-15 12:00:00 BC"),
    (MOMENT, '"10000-01-01T12:00:00"', "v::text", "10000-01-01 12:00:00"),
    ({"type": "string", "format": "date"}, '"10000-01-01"', "v::text", "10000-01-01"),
    ({"type": "string", "format": "time"}, '"13:54:00.123456"', "v::text", "13:54:00.123456"),
    ({"type": "string", "format": "uuid"}, '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', "v::text", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ({"type": "string", "format": "x-singer.decimal", "precision": 38, "scale": 9}, '"1.123456789"', "v::text", "1.123456789"),
    ({"type": "boolean"}, "false", "v::text", "false"),
]  # fmt: skip


@pytest.fixture(scope="module")
def values(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All values, loaded by one run: a stream per value."""
    warehouse = Warehouse(server, "w_values", tmp_path_factory.mktemp("values"))
    lines: list[str] = []
    for index, (definition, given, _, _) in enumerate(VALUES):
        stream = f"v{index}"
        lines.append(schema(stream, {**ID, "v": definition}))
        for row in (f'{{"id":1,"v":{given}}}', '{"id":2,"v":null}', '{"id":3}'):
            lines.append(record(stream, row))
    warehouse.succeed(*lines)
    return warehouse


@pytest.mark.parametrize("index", range(len(VALUES)))
def test_values_arrive_exactly(values: Warehouse, index: int) -> None:
    _, _, sql, stored = VALUES[index]
    assert values.query(f"select {sql} from v{index} order by id") == [(stored,), (None,), (None,)]


@pytest.fixture
def warehouse(server: PostgresServer, request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    name = f"w_{abs(hash(request.node.nodeid)) % 10**12}"
    server.query(f"drop schema if exists {name} cascade")
    return Warehouse(server, name, tmp_path)


def test_foreign_key_order_white_space_and_unknown_keys_are_read(warehouse: Warehouse) -> None:
    warehouse.succeed(
        schema("s", {**ID, "v": TEXT}),
        '{ "stream" : "s", "record" : { "other" : {"id":9}, "v" : "x" , "id" : 1 }, "type" : "RECORD" }',
    )
    assert warehouse.query("select id, v from s") == [(1, "x")]


def test_the_last_row_of_a_key_wins_within_and_across_batches(warehouse: Warehouse) -> None:
    rows = [record("s", {"id": number % 3, "v": str(number)}) for number in range(30)]
    for size in (1, 7, 1000):
        warehouse.succeed(schema("s", {**ID, "v": TEXT}), *rows, batch_size_rows=size)
        found = warehouse.query("select id, v from s order by id")
        assert found == [(0, "27"), (1, "28"), (2, "29")]


def test_rows_without_a_key_are_appended(warehouse: Warehouse) -> None:
    lines = [schema("s", {"v": TEXT}, []), record("s", {"v": "x"}), record("s", {"v": "x"})]
    warehouse.succeed(*lines)
    warehouse.succeed(*lines)
    assert warehouse.query("select count(*) from s") == [(4,)]


def test_mode_append_keeps_rows_of_the_same_key(warehouse: Warehouse) -> None:
    lines = [schema("s", ID), record("s", {"id": 1}), record("s", {"id": 1})]
    warehouse.succeed(*lines, mode="append")
    warehouse.succeed(*lines, mode="append")
    assert warehouse.query("select id from s") == [(1,)] * 4


def test_mode_replace_swaps_the_table_and_keeps_its_privileges(warehouse: Warehouse) -> None:
    warehouse.server.query("drop role if exists reader; create role reader")
    warehouse.succeed(schema("s", {**ID, "old": TEXT}), *[record("s", {"id": n}) for n in (1, 2)])
    warehouse.query("grant select on s to reader")
    result = warehouse.succeed(
        schema("s", {**ID, "new": TEXT}),
        record("s", {"id": 2, "new": "a"}),
        state(1),
        record("s", {"id": 2, "new": "b"}),
        state(2),
        mode="replace",
        batch_size_rows=1,
    )
    assert warehouse.query("select id, new from s") == [(2, "b")]
    assert warehouse.types("s") == {"id": "bigint", "new": "text"}
    assert warehouse.query(
        f"select has_table_privilege('reader', '{warehouse.name}.s', 'select')"
    ) == [(True,)]
    assert result.states == ["2"]
    warehouse.succeed(schema("s", {**ID, "new": TEXT}), load_method="overwrite")
    assert warehouse.query("select count(*) from s") == [(0,)]
    warehouse.query("drop table s")
    assert (
        warehouse.server.query(
            f"select relname from pg_class where relnamespace = '{warehouse.name}'::regnamespace"
        )
        == []
    )


def test_mode_replace_keeps_a_table_that_a_view_reads(warehouse: Warehouse) -> None:
    lines = [schema("s", {**ID, "v": TEXT}), record("s", {"id": 1, "v": "a"})]
    warehouse.succeed(*lines)
    warehouse.query("create view w as select v from s")
    warehouse.succeed(lines[0], record("s", {"id": 2, "v": "b"}), mode="replace")
    assert warehouse.query("select v from w") == [("b",)]


def test_mode_scd2_keeps_every_version(warehouse: Warehouse) -> None:
    head = schema("s", {**ID, "v": TEXT})
    for v in ("a", "a", "b"):
        warehouse.succeed(
            head, record("s", {"id": 1, "v": v}), record("s", {"id": 2, "v": "x"}), mode="scd2"
        )
    rows = warehouse.query(
        "select id, v, _sdc_valid_to is null from s order by id, _sdc_valid_from"
    )
    assert rows == [(1, "a", False), (1, "b", True), (2, "x", True)]
    (times,) = warehouse.query(
        "select max(_sdc_valid_to) filter (where id = 1), max(_sdc_valid_from) filter (where v = 'b') from s"
    )
    assert times[0] == times[1]


def test_mode_scd2_closes_rows_that_the_source_deleted(warehouse: Warehouse) -> None:
    head = schema("s", {**ID, "v": TEXT})
    first = [record("s", {"id": n, "v": "x"}, version=1) for n in (1, 2)]
    warehouse.succeed(head, *first, activate("s", 1), mode="scd2")
    warehouse.succeed(
        head, record("s", {"id": 1, "v": "x"}, version=2), activate("s", 2), mode="scd2"
    )
    assert warehouse.query("select id, _sdc_valid_to is null from s order by id") == [
        (1, True),
        (2, False),
    ]


@pytest.mark.parametrize("hard", [False, True])
def test_rows_of_earlier_versions_are_marked_or_deleted(warehouse: Warehouse, hard: bool) -> None:
    head = schema("s", {**ID, "v": TEXT})
    first = [record("s", {"id": n}, version=1) for n in (1, 2)]
    warehouse.succeed(head, *first, activate("s", 1), hard_delete=hard)
    warehouse.succeed(head, record("s", {"id": 1}, version=2), activate("s", 2), hard_delete=hard)
    rows = warehouse.query(
        "select id, _sdc_deleted_at is not null, _sdc_table_version from s order by id"
    )
    assert rows == ([(1, False, 2)] if hard else [(1, False, 2), (2, True, 1)])


def test_marked_rows_are_appended_in_mode_append(warehouse: Warehouse) -> None:
    at = "2026-01-01T00:00:00Z"
    warehouse.succeed(
        schema("s", {**ID, "_sdc_deleted_at": MOMENT}),
        record("s", {"id": 1}),
        record("s", {"id": 1, "_sdc_deleted_at": at}),
        mode="append",
        hard_delete=True,
    )
    assert warehouse.query("select count(*), count(_sdc_deleted_at) from s") == [(2, 1)]


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_schemas_of_several_streams_change_in_mid_stream(warehouse: Warehouse, mode: str) -> None:
    lines = []
    for properties in (ID, {**ID, "v": TEXT}, {**ID, "v": TEXT, "w": TEXT}):
        for stream in "abc":
            lines.append(schema(stream, properties))
            lines.append(record(stream, {"id": len(properties), "v": "x", "w": "y"}))
    warehouse.succeed(*lines, mode=mode)
    for stream in "abc":
        rows = warehouse.query(f"select id, v, w from {stream} order by id")
        assert rows == [(1, None, None), (2, "x", None), (3, "x", "y")]


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("size", [1, 1000])
def test_rows_that_the_tap_marks_as_deleted(warehouse: Warehouse, hard: bool, size: int) -> None:
    at = "2026-01-01T00:00:00Z"
    warehouse.succeed(
        schema("s", {**ID, "v": TEXT, "_sdc_deleted_at": MOMENT}),
        record("s", {"id": 1, "v": "a"}),
        record("s", {"id": 2, "v": "b"}),
        record("s", {"id": 1, "v": "a", "_sdc_deleted_at": at}),
        record("s", {"id": 3, "v": "c", "_sdc_deleted_at": at}),
        record("s", {"id": 3, "v": "again", "_sdc_deleted_at": None}),
        hard_delete=hard,
        batch_size_rows=size,
    )
    rows = warehouse.query("select id, v, _sdc_deleted_at::text from s order by id")
    kept = [(2, "b", None), (3, "again", None)]
    assert rows == (kept if hard else [(1, "a", "2026-01-01 00:00:00"), *kept])


def test_columns_are_added_in_mid_stream_and_between_runs(warehouse: Warehouse) -> None:
    warehouse.succeed(
        schema("s", ID),
        record("s", {"id": 1}),
        schema("s", {**ID, "v": TEXT}),
        record("s", {"id": 2, "v": "x"}),
    )
    warehouse.succeed(schema("s", {**ID, "w": INTEGER}), record("s", {"id": 2, "w": 5}))
    assert warehouse.query("select id, v, w from s order by id") == [(1, None, None), (2, "x", 5)]


WIDENED: list[tuple[Any, Any, Any, Any, str, list[str]]] = [
    (INTEGER, 5, TEXT, "six", "text", ["5", "six"]),
    (INTEGER, 5, NUMBER, 1.5, "numeric", ["5", "1.5"]),
    ({"type": "integer", "minimum": 0, "maximum": 9}, 5, INTEGER, 2**40, "bigint", ["5", str(2**40)]),
    (NUMBER, 1.5, INTEGER, 2, "numeric", ["1.5", "2"]),
    (TEXT, "a", INTEGER, 2, "text", ["a", "2"]),
    ({"type": "boolean"}, True, INTEGER, 2, "text", ["true", "2"]),
    ({"type": "string", "format": "date"}, "2026-01-02", MOMENT, "2026-01-03T04:05:06Z", "timestamp without time zone", ["2026-01-02 00:00:00", "2026-01-03 04:05:06"]),
    (INTEGER, 5, OBJECT, {"a": 1}, "jsonb", ["5", '{"a": 1}']),
    (OBJECT, {"a": 1}, TEXT, "x", "jsonb", ['{"a": 1}', '"x"']),
    ({"type": "array", "items": INTEGER}, [1], OBJECT, {"a": 1}, "jsonb", ["[1]", '{"a": 1}']),
    (NUMBER, 1.5, {"type": ["null", "string", "number"]}, "NaN", "numeric", ["1.5", "NaN"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def widened(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All changes of a type, loaded by two runs: a stream per change."""
    warehouse = Warehouse(server, "w_widened", tmp_path_factory.mktemp("widened"))
    for number in (0, 1):
        lines: list[str] = []
        for index, case in enumerate(WIDENED):
            definition, value = case[2 * number : 2 * number + 2]
            lines.append(schema(f"w{index}", {**ID, "v": definition}))
            lines.append(record(f"w{index}", {"id": number, "v": value}))
        warehouse.succeed(*lines)
    return warehouse


@pytest.mark.parametrize("index", range(len(WIDENED)))
def test_types_are_widened(widened: Warehouse, index: int) -> None:
    *_, kind, stored = WIDENED[index]
    assert widened.types(f"w{index}")["v"] == kind
    found = widened.query(f"select v::text from w{index} order by id")
    assert [one for (one,) in found] == stored


def test_a_changed_key_is_refused(warehouse: Warehouse) -> None:
    warehouse.succeed(schema("s", {**ID, "v": TEXT}), record("s", {"id": 1, "v": "a"}))
    error = warehouse.fail(
        schema("s", {**ID, "v": TEXT}, ["id", "v"]), record("s", {"id": 1, "v": "b"})
    )
    assert 'the key of the stream is "id", "v", but the primary key of table' in error


def test_a_table_without_a_unique_key_is_upserted(warehouse: Warehouse) -> None:
    warehouse.query("select 1")
    warehouse.server.query(
        f"create schema {warehouse.name}; create table {warehouse.name}.s (id bigint, v text, mine int); insert into {warehouse.name}.s values (1, 'a', 7)"
    )
    rows = [record("s", {"id": n, "v": v}) for n, v in ((1, "x"), (1, "b"), (2, "c"))]
    warehouse.succeed(schema("s", {**ID, "v": TEXT}), *rows)
    assert warehouse.query("select id, v, mine from s order by id") == [(1, "b", 7), (2, "c", None)]


def test_names_beyond_63_bytes_stay_apart(warehouse: Warehouse) -> None:
    long = "n" * 70
    for stream in (long + "one", long + "two"):
        warehouse.succeed(
            schema(stream, {**ID, long + "a": TEXT, long + "b": TEXT}),
            record(stream, {"id": 1, long + "a": "A", long + "b": "B"}),
        )
    tables = [
        one
        for (one,) in warehouse.server.query(
            f"select relname from pg_class where relnamespace = '{warehouse.name}'::regnamespace and relkind = 'r' order by 1"
        )
    ]
    assert len(tables) == 2
    assert all(len(one) == 63 for one in tables)
    for table in tables:
        names = list(warehouse.types(table))
        assert warehouse.query(f'select "{names[1]}", "{names[2]}" from {table}') == [("A", "B")]


def test_names_with_quotes_backslashes_and_reserved_words(warehouse: Warehouse) -> None:
    names = ['a"b', "a\\b", "select", "a b", "größe", "1st", "a.b", "%s", "Cased", "cased"]
    warehouse.succeed(
        schema('t"1', {**ID, **dict.fromkeys(names, TEXT)}),
        record('t"1', {"id": 1, **{name: f"value of {name}" for name in names}}),
    )
    ((row,),) = warehouse.query('select row_to_json(t) from "t""1" t')
    assert {name: row[name] for name in names} == {name: f"value of {name}" for name in names}


def test_streams_are_mapped_to_schemas(warehouse: Warehouse) -> None:
    lines = [schema(one, ID) for one in ("a-t", "b-t")] + [
        record(one, {"id": 1}) for one in ("a-t", "b-t")
    ]
    assert "would both be loaded into table" in warehouse.fail(*lines)
    mapping = {"b": {"target_schema": f"{warehouse.name}_b"}}
    warehouse.succeed(*lines, schema_mapping=mapping)
    assert warehouse.server.query(
        f"select count(*) from {warehouse.name}.t, {warehouse.name}_b.t"
    ) == [(1,)]


def test_states_come_after_their_rows_and_byte_for_byte(warehouse: Warehouse) -> None:
    result = warehouse.succeed(
        schema("s", ID),
        state({}),
        record("s", {"id": 1}),
        '{"type":"STATE","value":{"n":1.10, "big":12345678901234567890}}',
        record("s", {"id": 2}),
        batch_size_rows=1,
    )
    assert result.states == ['{"n":1.10, "big":12345678901234567890}']


def test_the_metadata_columns_are_those_of_the_published_target(warehouse: Warehouse) -> None:
    warehouse.succeed(
        schema("s", ID),
        record("s", {"id": 1}, time_extracted="2026-01-01T02:00:00+02:00", version=4),
    )
    rows = warehouse.query("select row_to_json(s) from s")
    (row,) = rows[0]
    assert row["_sdc_extracted_at"] == "2026-01-01T00:00:00"
    assert (row["_sdc_table_version"], row["_sdc_deleted_at"]) == (4, None)
    assert row["_sdc_sequence"] >= row["_sdc_sync_started_at"] > 1_700_000_000_000
    assert row["_sdc_received_at"] and row["_sdc_batched_at"]
    warehouse.succeed(
        schema("t", ID), record("t", {"id": 1}), add_record_metadata=False, activate_version=False
    )
    assert warehouse.query("select row_to_json(t) from t") == [({"id": 1},)]


def test_each_row_keeps_its_time_of_extraction(warehouse: Warehouse) -> None:
    times = [f"2026-01-0{day}T02:00:00+02:00" for day in (1, 1, 2, 3)]
    # A state ends a block of records.
    blocks = [
        [record("s", {"id": 1}, time_extracted=times[0])] * 2,
        [record("s", {"id": 2}, time_extracted=times[1])],
        [record("s", {"id": number}, time_extracted=times[number - 1]) for number in (3, 4)],
        [record("s", {"id": 5}, version=7)],
        [record("s", {"id": 6}, time_extracted=times[0])],
    ]
    lines = [line for block in blocks for line in (*block, state({"n": 1}))]
    result = warehouse.succeed(schema("s", ID), *lines)
    assert result.states[-1] == '{"n":1}'
    rows = warehouse.query(
        "select id, _sdc_extracted_at::text, _sdc_table_version from s where id <> 5 order by id"
    )
    days = ((1, 1), (2, 1), (3, 2), (4, 3), (6, 1))
    assert rows == [(number, f"2026-01-0{day} 00:00:00", None) for number, day in days]
    unknown = "select _sdc_extracted_at = _sdc_received_at, _sdc_table_version from s where id = 5"
    assert warehouse.query(unknown) == [(True, 7)]


def test_u0000_is_one_error_that_names_stream_column_and_line(warehouse: Warehouse) -> None:
    head = schema("s", {**ID, "v": TEXT, "j": OBJECT})
    good = record("s", '{"id":1,"v":"\\\\u0000"}')
    bad = record("s", '{"id":2,"v":"a\\u0000b"}')
    error = warehouse.fail(head, good, bad)
    assert 'stream "s", column "v": line 3' in error
    assert "U+0000" in error
    nested = record("s", '{"id":3,"j":{"a":"x\\u0000y"}}')
    error = warehouse.fail(head, good, nested)
    assert 'stream "s", column "j"' in error
    warehouse.succeed(head, good, bad, nested, sanitize_null_text_characters=True)
    rows = warehouse.query("select v, j->>'a' from s order by id")
    assert rows == [("\\u0000", None), ("a\ufffdb", None), (None, "x\ufffdy")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (record("s", '{"id":2,"n":"abc"}'), 'stream "s", column "n", table'),
        (record("s", '{"id":2,"n":92233720368547758080}'), 'column "n"'),
        (record("s", '{"n":2}'), 'column "id"'),
        (record("s", '{"id":2') + "", "line 3 of the input"),
        (record("s", '{"id":2}') + record("s", '{"id":3}'), "line 3 of the input"),
    ],
)
def test_a_bad_row_is_one_error_and_loads_nothing(
    warehouse: Warehouse, line: str, text: str
) -> None:
    result = warehouse.load(
        schema("s", {**ID, "n": INTEGER}), record("s", {"id": 1}), line, state(1)
    )
    assert result.code == 1
    assert text in result.error
    assert result.states == []
    assert warehouse.query("select count(*) from s") == [(0,)]


def test_rows_that_a_trigger_swallows_fail_the_load(warehouse: Warehouse) -> None:
    warehouse.succeed(schema("s", ID))
    warehouse.query(
        "create function drop_odd() returns trigger language plpgsql as $$ begin if new.id % 2 = 1 then return null; end if; return new; end $$; create trigger t before insert on s for each row execute function drop_odd()"
    )
    error = warehouse.fail(schema("s", ID), *[record("s", {"id": n}) for n in range(10)])
    assert "10 rows were staged, but the database reports 5" in error
    assert warehouse.query("select count(*) from s") == [(0,)]


def test_tables_belong_to_the_owner_role(warehouse: Warehouse) -> None:
    warehouse.server.query(
        f"drop role if exists owner_{warehouse.name}; create role owner_{warehouse.name}; grant create on database postgres to owner_{warehouse.name}"
    )
    warehouse.succeed(schema("s", ID), record("s", {"id": 1}), owner_role=f"owner_{warehouse.name}")
    assert warehouse.query(
        "select tableowner from pg_tables where tablename = 's' and schemaname = current_schema()"
    ) == [(f"owner_{warehouse.name}",)]


def test_interleaved_streams_share_batches(warehouse: Warehouse) -> None:
    rows = [record("ab"[n % 2], {"id": n, "v": str(n)}) for n in range(2000)]
    warehouse.succeed(
        *[schema(one, {**ID, "v": TEXT}) for one in "ab"], *rows, state(1), batch_size_rows=100
    )
    assert warehouse.query("select count(*), sum(id) from a") == [(1000, 999000)]
    assert warehouse.query("select count(*), sum(id) from b") == [(1000, 1000000)]


def test_bytes_are_read_from_base16_text(warehouse: Warehouse) -> None:
    head = schema("s", {**ID, "v": {"type": "string", "contentEncoding": "base16"}})
    rows = [record("s", {"id": n, "v": v}) for n, v in enumerate(("00ff", "\\x00FF", "0xabc"))]
    warehouse.succeed(head, *rows, interpret_content_encoding=True)
    found = warehouse.query("select encode(v, 'hex') from s order by id")
    assert found == [("00ff",), ("00ff",), ("0abc",)]


def test_about_describes_the_settings(tmp_path: Path) -> None:
    import subprocess

    from target_runs import COMMAND

    done = subprocess.run(
        [*COMMAND, "--about", "--format", "json"], capture_output=True, check=True
    )
    properties = json.loads(done.stdout)["settings"]["properties"]
    assert properties["default_target_schema"]["default"] == "melty"
    assert properties["load_method"]["enum"] == ["append-only", "upsert", "overwrite"]


def test_memory_is_bounded_with_rows_of_10_mb(warehouse: Warehouse) -> None:
    text = "abc\\ndef\\u00e9 " * 330_000
    rows = [
        record("s", f'{{"id":{n},"v":"{text}","j":{{"a":"{"q" * 5_000_000}"}}}}') for n in range(5)
    ]
    process = start(warehouse.folder, warehouse.server.config(default_target_schema=warehouse.name))
    assert process.stdin
    process.stdin.write(schema("s", {**ID, "v": TEXT, "j": OBJECT}).encode() + b"\n")
    for row in rows:
        process.stdin.write(row.encode() + b"\n")
    # The state is reported once all rows are in the table: a SCHEMA ends their batch.
    for line in (schema("t", {**ID}), state(1)):
        process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    assert process.stdout
    assert process.stdout.readline()
    peak = Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0]
    process.communicate(b"", timeout=120)
    assert process.returncode == 0
    assert int(peak) < 100_000
    assert warehouse.query("select count(*), min(length(v)), min(length(j->>'a')) from s") == [
        (5, 2_970_000, 5_000_000)
    ]
