"""JSON that keeps the text of numbers."""

from __future__ import annotations

import pytest

from tapctl_bulk.common.exact_json import dumps, loads


@pytest.mark.parametrize(
    "text",
    [
        '{"bookmarks":{"a":{"replication_key_value":12345678901234567890.123456789000}}}',
        '[1.50,1E+400,-0.0,9007199254740993,true,false,null,"\\u0000 \\" é","\\ud800"]',
        '{"":{},"a":[]}',
    ],
)
def test_exact_json_keeps_every_number(text: str) -> None:
    assert dumps(loads(text)) == text


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "{", ""])
def test_exact_json_rejects_what_json_is_not(text: str) -> None:
    with pytest.raises(ValueError):
        loads(text)
