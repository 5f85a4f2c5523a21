"""tap-postgres: every type arrives exactly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import PostgresServer
from tap_runs import Extract, TapRuns

from tapctl_bulk.common.exact_json import dumps, loads

TYPES = """
create schema v;
create schema ext;
create extension hstore schema ext;
create extension citext schema ext;
create type v.mood as enum ('sad', 'so-so');
create domain v.positive as integer check (value > 0);
create domain v.list as integer[];
create type v.pair as (a integer, b text, c bytea);
set search_path = v, ext, pg_catalog;
"""

TEXT = '{"type":["string","null"]}'
NUMBER = '{"type":["number","null"]}'
INTEGER = '{"type":["integer","null"]}'
DATE = '{"format":"date","type":["string","null"]}'
MOMENT = '{"format":"date-time","type":["string","null"]}'
TIME = '{"format":"time","type":["string","null"]}'
OBJECT = '{"additionalProperties":true,"type":["object","null"]}'
ANY_TYPES = '["string","number","integer","array","object","boolean","null"]'
ANY = f'{{"additionalProperties":true,"type":{ANY_TYPES}}}'


def array(items: str) -> str:
    return f'{{"items":{items},"type":["array","null"]}}'


# name: type, literal, JSON of the value, JSON schema
CASES = {
    "boolean": ("boolean", "true", "true", '{"type":["boolean","null"]}'),
    "smallint": ("smallint", "-32768", "-32768", INTEGER),
    "bigint": ("bigint", "-9223372036854775808", "-9223372036854775808", INTEGER),
    "bigint_53": ("bigint", "9007199254740993", "9007199254740993", INTEGER),
    "numeric": ("numeric(12,2)", "1.5", "1.50", NUMBER),
    "numeric_long": ("numeric", f"-{'9' * 200}.{'1' * 100}0", f"-{'9' * 200}.{'1' * 100}0", NUMBER),
    "numeric_nan": ("numeric", "'NaN'", '"NaN"', NUMBER),
    "numeric_infinity": ("numeric", "'-Infinity'", '"-Infinity"', NUMBER),
    "real": ("real", "1.1", "1.1", NUMBER),
    "float": ("double precision", "0.1", "0.1", NUMBER),
    "float_large": (
        "double precision",
        "1.7976931348623157e308",
        "1.7976931348623157e+308",
        NUMBER,
    ),
    "float_small": ("double precision", "5e-324", "5e-324", NUMBER),
    "float_nan": ("double precision", "'NaN'", '"NaN"', NUMBER),
    "float_infinity": ("double precision", "'Infinity'", '"Infinity"', NUMBER),
    "money": ("money", "1234.56::numeric::money", '"$1,234.56"', TEXT),
    "text": (
        "text",
        r"E'a\nb\r\n\t\"\\ \u0001\u2028 😀'",
        r'"a\nb\r\n\t\"\\ \u0001' + '\u2028 😀"',
        TEXT,
    ),
    "text_empty": ("text", "''", '""', TEXT),
    "text_null": ("text", "'null'", '"null"', TEXT),
    "text_end": ("text", r"E'\\.'", r'"\\."', TEXT),
    "text_control": ("text", r"E'\x01\x02\x1f\x7f'", '"\\u0001\\u0002\\u001f\x7f"', TEXT),
    "varchar": ("varchar(5)", "'x'", '"x"', '{"maxLength":5,"type":["string","null"]}'),
    "char": ("char(3)", "'x'", '"x  "', '{"maxLength":3,"type":["string","null"]}'),
    "char1": ('"char"', "'x'", '"x"', TEXT),
    "name": ("name", "'x'", '"x"', TEXT),
    "citext": ("ext.citext", "'Xy'", '"Xy"', TEXT),
    "bytea": ("bytea", r"'\x00ff10'", '"00ff10"', TEXT),
    "date": ("date", "'2026-11-29'", '"2026-11-29"', DATE),
    "date_bc": ("date", "'0044-03-15 BC'", '"0044-03-15 BC"', DATE),
    "date_far": ("date", "'10000-01-01'", '"10000-01-01"', DATE),
    "date_infinity": ("date", "'-infinity'", '"-infinity"', DATE),
    "timestamp": (
        "timestamp",
        "'2026-11-29 13:54:00.123456'",
        '"2026-11-29T13:54:00.123456+00:00"',
        MOMENT,
    ),
    "timestamp_far": (
        "timestamp",
        "'10000-01-01 12:00:00'",
        '"10000-01-01T12:00:00+00:00"',
        MOMENT,
    ),
    "timestamp_bc": (
        "timestamp",
        "'0044-03-15 12:00 BC'",
        '"0044-03-15T12:00:00+00:00 BC"',
        MOMENT,
    ),
    "timestamp_infinity": ("timestamp", "'infinity'", '"infinity"', MOMENT),
    "timestamptz": (
        "timestamptz",
        "'2026-11-29 13:54:00.123456+02'",
        '"2026-11-29T11:54:00.123456+00:00"',
        MOMENT,
    ),
    "timestamptz_infinity": ("timestamptz", "'infinity'", '"infinity"', MOMENT),
    "time": ("time", "'24:00:00'", '"24:00:00"', TIME),
    "timetz": ("timetz", "'13:54:00.5+02:30'", '"13:54:00.5+02:30"', TIME),
    "interval": (
        "interval",
        "'1 year 2 mons -3 days 04:05:06.789'",
        '"1 year 2 mons -3 days +04:05:06.789"',
        TEXT,
    ),
    "uuid": (
        "uuid",
        "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"',
        TEXT,
    ),
    "json": (
        "json",
        r"""E'{"a" :\n 12345678901234567890.50,\r\n"a": "x\\u0000\\ny"}'""",
        r'{"a":"x\u0000\ny"}',
        ANY,
    ),
    "json_text": ("json", "'\"null\"'", '"null"', ANY),
    "jsonb": ("jsonb", """'{"a": [1, null, {"b": 1.50}]}'""", '{"a":[1,null,{"b":1.50}]}', ANY),
    "enum": ("v.mood", "'so-so'", '"so-so"', '{"maxLength":5,"type":["string","null"]}'),
    "domain": ("v.positive", "5", '"5"', TEXT),
    "domain_array": ("v.list", "'{1,NULL}'", '"{1,NULL}"', TEXT),
    "composite": ("v.pair", r"""row(1, 'a"b', '\x00')""", r'"(1,\"a\"\"b\",\"\\\\x00\")"', TEXT),
    "range": ("int4range", "'[1,5)'", '"[1,5)"', TEXT),
    "range_time": (
        "tstzrange",
        "'[2026-01-01 00:00+01,)'",
        r'"[\"2025-12-31 23:00:00+00\",)"',
        TEXT,
    ),
    "multirange": ("int4multirange", "'{[1,3),[5,7)}'", '"{[1,3),[5,7)}"', TEXT),
    "hstore": ("ext.hstore", "'a=>1,b=>NULL'", '{"a":"1","b":null}', OBJECT),
    "inet": ("inet", "'10.0.0.1'", '"10.0.0.1"', TEXT),
    "inet_net": ("inet", "'10.0.0.1/8'", '"10.0.0.1/8"', TEXT),
    "cidr": ("cidr", "'10.0.0.0/8'", '"10.0.0.0/8"', TEXT),
    "macaddr": ("macaddr", "'08002b010203'", '"08:00:2b:01:02:03"', TEXT),
    "bit": ("bit(3)", "B'101'", '"101"', TEXT),
    "xml": ("xml", r"E'<a>\n</a>'", r'"<a>\n</a>"', TEXT),
    "point": ("point", "'(1,2.5)'", '"(1,2.5)"', TEXT),
    "tsvector": ("tsvector", "'a:1 b:2'", "\"'a':1 'b':2\"", TEXT),
    "oid": ("oid", "4294967295", '"4294967295"', TEXT),
    "lsn": ("pg_lsn", "'16/B374D848'", '"16/B374D848"', TEXT),
    "integer_array": ("integer[]", "'{1,NULL,3}'", "[1,null,3]", array(INTEGER)),
    "integer_matrix": ("integer[]", "'{{1,2},{NULL,4}}'", "[[1,2],[null,4]]", array(INTEGER)),
    "empty_array": ("integer[]", "'{}'", "[]", array(INTEGER)),
    "text_array": (
        "text[]",
        """array['a"b', null, '', 'c,d', 'NULL']""",
        r'["a\"b",null,"","c,d","NULL"]',
        array(TEXT),
    ),
    "numeric_array": ("numeric[]", "'{1.50,NaN}'", '[1.50,"NaN"]', array(NUMBER)),
    "timestamp_array": (
        "timestamp[]",
        "'{2026-11-29 13:54}'",
        '["2026-11-29T13:54:00+00:00"]',
        array(MOMENT),
    ),
    "timestamptz_array": (
        "timestamptz[]",
        "'{2026-11-29 13:54+02}'",
        '["2026-11-29T11:54:00+00:00"]',
        array(MOMENT),
    ),
    "bytea_array": (
        "bytea[]",
        r"""array[array['\x00ff'::bytea, null], array['\x'::bytea, '\x5c'::bytea]]""",
        '[["00ff",null],["","5c"]]',
        array(TEXT),
    ),
    "json_array": ("json[]", r"""array[E'{"a":\n1}'::json, null]""", '[{"a":1},null]', array(ANY)),
    "jsonb_array": ("jsonb[]", """array['[1]'::jsonb]""", "[[1]]", array(ANY)),
    "enum_array": (
        "v.mood[]",
        "'{sad,NULL}'",
        '["sad",null]',
        array('{"maxLength":5,"type":["string","null"]}'),
    ),
    "domain_of_array": ("v.positive[]", "'{1,NULL}'", '["1",null]', array(TEXT)),
    "composite_array": ("v.pair[]", r"array[row(1, 'x', null)::v.pair]", r'"{\"(1,x,)\"}"', TEXT),
    "hstore_array": ("ext.hstore[]", "array['a=>1'::ext.hstore]", '[{"a":"1"}]', array(OBJECT)),
    "oid_array": ("oid[]", "'{1}'", '["1"]', array(TEXT)),
    "inet_array": ("inet[]", "'{10.0.0.1}'", '["10.0.0.1"]', array(TEXT)),
}


@pytest.fixture(scope="module")
def extract(server: PostgresServer) -> Iterator[Extract]:
    with server.connect() as connection:
        connection.execute(TYPES)
        # Names that the statement of the tap must not confuse with its own.
        columns = ", ".join(f'"{name}" {case[0]}' for name, case in CASES.items())
        connection.execute(
            f'create table v."values" (id integer primary key, "row" int, "values" int, {columns})'
        )
        literals = ", ".join(case[1] for case in CASES.values())
        connection.execute(f'insert into v."values" values (1, 7, 8, {literals})')
        connection.execute('insert into v."values" (id) values (2)')
        # Settings of the server that change how values look.
        connection.execute("alter database postgres set timezone = 'Asia/Kolkata'")
        connection.execute("alter database postgres set datestyle = 'SQL, DMY'")
        connection.execute("alter database postgres set intervalstyle = 'sql_standard'")
        connection.execute("alter database postgres set extra_float_digits = -5")
        connection.execute("alter database postgres set bytea_output = 'escape'")
        connection.execute("alter database postgres set standard_conforming_strings = off")
    tap = TapRuns(server)
    yield tap.run(tap.catalog({"v-values": None}))
    with server.connect() as connection:
        for name in (
            "timezone",
            "datestyle",
            "intervalstyle",
            "extra_float_digits",
            "bytea_output",
            "standard_conforming_strings",
        ):
            connection.execute(f"alter database postgres reset {name}")
        connection.execute("drop schema v cascade; drop schema ext cascade")


@pytest.mark.parametrize("name", CASES)
def test_tap_sends_value_exactly(extract: Extract, name: str) -> None:
    _, _, value, schema = CASES[name]
    assert extract.code == 0, extract.log
    first, second = extract.records()
    # A json value keeps its duplicate keys; parsing here keeps the last.
    assert dumps(first[name]) == dumps(loads(value))
    assert second[name] is None
    assert extract.schema("v-values")["schema"]["properties"][name] == loads(schema)


def test_tap_sends_columns_with_the_names_of_the_statement(extract: Extract) -> None:
    assert (extract.records()[0]["row"], extract.records()[0]["values"]) == (7, 8)


def test_tap_settings_change_values_as_in_the_published_tap(server: PostgresServer) -> None:
    server.query(
        "create schema s; create table s.t (id integer primary key, n numeric, f float8, an numeric[], d date, "
        "ts timestamptz, ad date[], j jsonb, aj jsonb[]);"
        "insert into s.t values (1, 1.50, 'NaN', '{1.50,NULL}', '2026-11-29', '2026-11-29 13:54+02', '{infinity}', '{}', '{}')"
    )
    tap = TapRuns(server, use_singer_decimal=True, dates_as_string=True, json_as_object=True)
    done = tap.run(tap.catalog({"s-t": None}))
    server.query("drop schema s cascade")
    assert done.records() == [
        {
            "id": 1,
            "n": "1.50",
            "f": "NaN",
            "an": ["1.50", None],
            "d": "2026-11-29",
            "ts": "2026-11-29 11:54:00+00",
            "ad": ["infinity"],
            "j": {},
            "aj": [],
        }
    ]
    properties = done.schema("s-t")["schema"]["properties"]
    assert properties["n"] == {"format": "x-singer.decimal", "type": ["string", "null"]}
    assert properties["an"]["items"] == {"format": "x-singer.decimal", "type": ["string", "null"]}
    assert properties["ts"] == {"type": ["string", "null"]}
    assert properties["j"] == {"type": ["object", "null"], "additionalProperties": True}
