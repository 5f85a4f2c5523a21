"""The schemas that the streams of a pipeline had in its last successful run: one small file.

{"version": 1, "pipeline", "run", "time",
 "shapes": [{"columns": {path: types}, "required": [paths]}],
 "streams": {stream: {"shape": its place in the list, "key": [columns], "full": records of its last full load}}}

Streams with the same columns share a shape, such as the parts of a partitioned table.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .codes import RunnerError
from .files import read_object, write_json
from .log import timestamp
from .shapes import digest, is_large

_MOST_COLUMNS = 100_000
"""Columns of all shapes together; those beyond are kept as a digest."""


class Known(NamedTuple):
    """What is known of a stream."""

    columns: Mapping[str, str]
    """Types by path; empty if there are too many to keep."""
    required: frozenset[str]
    key: tuple[str, ...]
    """Its key properties."""
    digest: str
    """The same for the same columns if they are not kept; else empty."""
    size: int
    """How many columns it has."""
    full: Optional[int] = None
    """Records of its last successful full load; None if there was none."""

    def has_columns_of(self, other: Known) -> bool:
        """Whether both have the same columns."""
        if self.columns and other.columns:
            return self.columns == other.columns
        # Of one, only a digest is known.
        return self.whole_digest() == other.whole_digest()

    def whole_digest(self) -> str:
        """The digest of its columns, kept or not."""
        return self.digest or digest(self.columns)


def known(columns: Mapping[str, str], required: frozenset[str], key: tuple[str, ...]) -> Known:
    """What is to be kept of a stream with these columns."""
    if not columns or is_large(columns):
        return Known({}, frozenset(), key, digest(columns), len(columns))
    return Known(columns, required, key, "", len(columns))


def read_memory(path: Optional[str]) -> dict[str, Known]:
    """The streams in a file; empty if it does not exist. Raises ValueError if it cannot be used."""
    if not path or not os.path.exists(path):
        return {}
    try:
        content = read_object(path, "file of schemas")
        if content.get("version") != 1:
            raise ValueError(f"version {content.get('version')!r} is not supported")
        shapes = content["shapes"]
        return {
            stream: _stream(each, shapes[each["shape"]])
            for stream, each in content["streams"].items()
        }
    except RunnerError as error:
        raise ValueError(str(error)) from None
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"it is damaged ({type(error).__name__}: {error})") from None


def write_memory(
    path: str, streams: Mapping[str, Known], identity: Mapping[str, Any], durable: bool
) -> None:
    """Writes the schemas of streams; the same streams give the same text, apart from run and time."""
    shapes: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    listed: dict[str, Any] = {}
    left = _MOST_COLUMNS
    for stream, each in sorted(streams.items()):
        shape = _shape(each, left)
        text = json.dumps(shape)
        if text not in places:
            places[text] = len(shapes)
            shapes.append(shape)
            left -= len(shape.get("columns", ()))
        listed[stream] = {
            "shape": places[text],
            "key": list(each.key),
            **({"full": each.full} if each.full is not None else {}),
        }
    write_json(
        path,
        {
            "version": 1,
            "pipeline": identity.get("pipeline"),
            "run": identity.get("run"),
            "time": timestamp(time.time()),
            "shapes": shapes,
            "streams": listed,
        },
        durable=durable,
    )


def _shape(each: Known, left: int) -> dict[str, Any]:
    if not each.columns or len(each.columns) > left:
        return {"digest": each.whole_digest(), "count": each.size}
    required = {"required": sorted(each.required)} if each.required else {}
    return {"columns": dict(sorted(each.columns.items())), **required}


def _stream(each: Mapping[str, Any], shape: Mapping[str, Any]) -> Known:
    columns = shape.get("columns", {})
    full = each.get("full")
    return Known(
        columns,
        frozenset(shape.get("required", ())),
        tuple(each["key"]),
        shape.get("digest", ""),
        shape.get("count", len(columns)),
        full if isinstance(full, int) else None,
    )
