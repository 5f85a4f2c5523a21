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

collections.MutableMapping = collections.abc.MutableMapping

import target_csv  # noqa: E402  it needs the name above


class Writer:
    """In place of csv.DictWriter, which the target makes anew for each record, with the columns of that record."""

    parts = {}
    """Columns of the newest file of each stream, and its number, by the path of the first."""

    def __init__(self, file, columns, delimiter, quotechar, **_):
        self.file = file
        self.columns = list(columns)
        self.format = {"delimiter": delimiter, "quotechar": quotechar}

    def writeheader(self):
        """The header comes with the first record."""

    def writerow(self, record):
        known, number = self.parts.get(self.file.name, ((), 0))
        if set(record) <= set(known):
            return self.append(number, [[record.get(column) for column in known]])
        columns = [*known, *(column for column in record if column not in known)]
        self.parts[self.file.name] = (columns, number + 1)
        return self.append(number + 1, [columns, [record.get(column) for column in columns]])

    def append(self, number, rows):
        if number == 1:
            return csv.writer(self.file, **self.format).writerows(rows)
        with open("%s-%d.csv" % (self.file.name[: -len(".csv")], number), "a") as file:
            return csv.writer(file, **self.format).writerows(rows)


class Module:
    """The module csv as the target sees it."""

    DictWriter = Writer
    reader = staticmethod(csv.reader)


def flatten(record, above="", separator="__"):
    items = {}
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
