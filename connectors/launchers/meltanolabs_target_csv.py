"""Starts meltanolabs-target-csv 0.5.0 so that objects and arrays are written as JSON.

The published target writes them in Python's notation, such as {'a': None}, which no other program reads.
Run by the Python of the connector's environment, with the target's own arguments.
"""

import decimal
import json
from typing import Any

from meltanolabs_target_csv import sinks
from meltanolabs_target_csv.target import TargetCSV


class Digits(float):
    """A number that JSON writes with all of its digits."""

    def __init__(self, number: decimal.Decimal) -> None:
        self.text = str(number)

    def __repr__(self) -> str:
        return self.text


def written(value: Any) -> Any:
    return (
        json.dumps(exact(value), ensure_ascii=False) if isinstance(value, (dict, list)) else value
    )


def exact(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return Digits(value)
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else value


def write_batch(filepath: Any, records: list[dict[str, Any]], *args: Any, **options: Any) -> None:
    rows = [{name: written(value) for name, value in record.items()} for record in records]
    published_write_batch(filepath, rows, *args, **options)


published_write_batch = sinks.write_batch
sinks.write_batch = write_batch

TargetCSV.cli()
