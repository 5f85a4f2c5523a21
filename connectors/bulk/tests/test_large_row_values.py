"""A large row is written value by value, with the same result as among others."""

from __future__ import annotations

import json

import pytest

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.singer_input import Records
from tapctl_bulk.target_postgres import rows
from tapctl_bulk.target_postgres.columns import Column

TEXTS = [
    None,
    "",
    "plain",
    "tab\tline\nreturn\rback\bfeed\f/",
    'quote " backslash \\ both \\" twice \\\\',
    "\u00e9\u2028\U0001f600",
    "{not json",
]
DOCUMENTS = [
    *TEXTS,
    1.5,
    True,
    {"a": 'quote " backslash \\ newline \n tab \t'},
    ["x", {"\U0001f600": None}],
]
COLUMNS = [Column("v", "v", "text"), Column("j", "j", "jsonb"), Column("n", "n", "text")]


def records(lines: list[str]) -> Records:
    data = "".join(f"{line}\n" for line in lines).encode()
    return Records("s", data, len(lines), ((1, len(lines)),))


def lines(**texts: object) -> list[str]:
    message = {"type": "RECORD", "stream": "s", "record": texts}
    return [json.dumps(message, ensure_ascii=ascii) for ascii in (True, False)]


LINES = [line for v in TEXTS for j in DOCUMENTS for line in lines(v=v, j=j, n=j)]


@pytest.mark.parametrize("replaces_nul", [True, False])
@pytest.mark.parametrize("with_origin", [True, False])
def test_a_large_row_is_written_as_among_others(
    monkeypatch: pytest.MonkeyPatch, replaces_nul: bool, with_origin: bool
) -> None:
    writer = rows.RowWriter(COLUMNS, replaces_nul=replaces_nul)
    together = writer.rows(records(LINES), with_origin=with_origin)
    monkeypatch.setattr(rows, "LARGE_BYTES", 0)
    alone = [writer.rows(records([line]), with_origin=with_origin) for line in LINES]
    assert b"".join(alone) == together


def test_u0000_in_a_large_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LARGE_BYTES", 0)
    writer = rows.RowWriter(COLUMNS, replaces_nul=False)
    with pytest.raises(ConnectorError, match=r'column "v".*U.0000'):
        writer.rows(records(lines(v="a\0b")[:1]), with_origin=False)
