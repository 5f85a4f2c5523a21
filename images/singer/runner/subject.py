"""Finds the stream, column and setting of an error in the connector's output."""

from __future__ import annotations

import re
from typing import Optional

_STREAM = (
    # Singer SDK: the metric of a batch or sync that failed, the name of the logger, words.
    r'"tags": ?\{"stream": ?"([^"]+)".*"status": ?"failed"',
    r"\| (?:ERROR|CRITICAL) +\| (?:tap|target)-[\w-]+\.(\S+) +\|",
    r"""\b(?:syncing|loading|draining|processing)(?: stream)? ['"]([^'"]+)['"]""",
    r"""\bstream ['"\[]([^'"\]]+)['"\]]""",
)
_COLUMN = (
    # jsonschema, of records and of schemas.
    r"^On instance((?:\[[^\]]+\])+):",
    r"^On schema(?:\['allOf'\]\[\d+\])*\['properties'\](\['[^']+'\])",
    r"^Failed validating .* in schema\['properties'\](\['[^']+'\])",
    # PostgreSQL, the Singer SDK, DuckDB.
    r"^(?:CONTEXT: +)?COPY \S+, line \d+, column \"?([^\s\":]+)",
    r"""\bfor (?:field|column|property) ['"]([^'"]+)['"]""",
    r"""\bcolumn ['"]([^'"]+)['"]""",
)
_SETTING = (
    r"""\bin config((?:\[['"]?[^\]]+['"]?\])+)""",
    r"""\bconfig(?:\.get\(|\[)['"](\w+)['"]""",
)
_LONGEST_LINE = 2000


def subject(lines: list[str], error: str) -> str:
    """The subject of an error, such as `stream "orders", column "amount"`; "" if unknown or already in `error`."""
    short = [line[:_LONGEST_LINE] for line in lines]
    # A traceback shows the line that reads a setting right above the exception.
    settings = (
        short[-4:]
        if error.startswith("KeyError")
        else [error, *(line for line in short if "in config" in line)]
    )
    found = {
        "stream": _last(_STREAM, short),
        "column": _last(_COLUMN, short),
        "setting": _last(_SETTING, settings),
    }
    return ", ".join(
        f'{kind} "{name}"' for kind, name in found.items() if name and not _says(error, name)
    )


def _last(patterns: tuple[str, ...], lines: list[str]) -> Optional[str]:
    for pattern in patterns:
        for line in reversed(lines):
            match = re.search(pattern, line)
            if match:
                return _path(match[1])
    return None


def _path(text: str) -> str:
    """`['address']['city']` as `address.city`; a plain name unchanged."""
    parts = re.findall(r"\[['\"]?([^\]'\"]+)['\"]?\]", text)
    return ".".join(parts) or text


def _says(error: str, name: str) -> bool:
    # It names a key and not its owner.
    return (
        not error.startswith("KeyError")
        and re.search(rf"""['"\[]{re.escape(name)}['"\]]""", error) is not None
    )
