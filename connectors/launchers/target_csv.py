"""Starts target-csv 0.3.0 on Python 3.10 and newer, and keeps values in their columns.

The published target uses `collections.MutableMapping`, which Python 3.10 removed, and dies at its first record
(https://github.com/singer-io/target-csv/issues/34). Also different from it:

- A record that lacks a property has an empty value in that column; there all following values move to the left.
- A record with a column that the file does not have begins another file, `<stream>-<time>-2.csv`; the value is lost there.
- Arrays are written as JSON, not in Python's notation.

Run by the Python of the connector's environment, with the target's own arguments.
"""

import collections
import collections.abc
import csv
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TextIO

collections.MutableMapping = collections.abc.MutableMapping  # type: ignore[misc]

import target_csv  # noqa: E402  it needs the name above


class Writer:
    """Replaces csv.DictWriter, which the target creates for each record, with the columns of that record."""

    parts: ClassVar[dict[str, tuple[Sequence[str], int]]] = {}
    """Columns of the newest file of each stream, and its number, by the path of the first."""

    def __init__(
        self, file: TextIO, columns: Sequence[str], delimiter: str, quotechar: str, **_: Any
    ) -> None:
        self.file = file
        self.columns = list(columns)
        self.format: dict[str, Any] = {"delimiter": delimiter, "quotechar": quotechar}

    def writeheader(self) -> None:
        """The header comes with the first record."""

    def writerow(self, record: Mapping[str, Any]) -> None:
        known, number = self.parts.get(self.file.name, ((), 0))
        if set(record) <= set(known):
            self.append(number, [[record.get(column) for column in known]])
            return
        columns = [*known, *(column for column in record if column not in known)]
        self.parts[self.file.name] = (columns, number + 1)
        self.append(number + 1, [columns, [record.get(column) for column in columns]])

    def append(self, number: int, rows: Sequence[Sequence[Any]]) -> None:
        if number == 1:
            csv.writer(self.file, **self.format).writerows(rows)
            return
        with open("%s-%d.csv" % (self.file.name[: -len(".csv")], number), "a") as file:
            csv.writer(file, **self.format).writerows(rows)


class Module:
    """The csv module that the target uses."""

    DictWriter = Writer
    reader = staticmethod(csv.reader)


def flatten(record: Mapping[str, Any], above: str = "", separator: str = "__") -> dict[str, Any]:
    items: dict[str, Any] = {}
    for name, value in record.items():
        key = above + separator + name if above else name
        if isinstance(value, dict):
            items.update(flatten(value, key, separator))
        else:
            items[key] = json.dumps(value) if isinstance(value, list) else value
    return items


target_csv.csv = Module
target_csv.flatten = flatten

target_csv.main()
