"""Where the simple values of a JSON text are, so that some can be replaced and all other bytes kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Union

from .lossless import JsonText, after_space, value_at

Path = tuple[Union[str, int], ...]


class Leaf(NamedTuple):
    """A value that is neither an object nor a list."""

    path: Path
    start: int
    end: int


def leaves(text: JsonText) -> Iterator[Leaf]:
    """The simple values of a valid JSON text, in order."""
    # Not recursive: Python limits the depth of calls.
    source = text.text
    place = after_space(source, 0)
    # Per open object or list: its path, and the index of its next item (-1 for an object).
    opened: list[tuple[Path, int]] = []
    path: Path = ()
    while True:
        if source[place] in "{[":
            opened.append((path, -1 if source[place] == "{" else 0))
            place = after_space(source, place + 1)
        else:
            _, end = value_at(source, place)
            yield Leaf(path, place, end)
            place = end
        place = after_space(source, place)
        while opened and source[place : place + 1] in ("}", "]"):
            opened.pop()
            place = after_space(source, place + 1)
        if not opened:
            return
        if source[place] == ",":
            place = after_space(source, place + 1)
        above, index = opened[-1]
        if index < 0:
            name, end = value_at(source, place)
            place = after_space(source, after_space(source, end) + 1)
            path = (*above, name)
        else:
            opened[-1] = above, index + 1
            path = (*above, index)


def replaced(text: JsonText, values: Iterable[tuple[Leaf, str]]) -> JsonText:
    """The text with some of its simple values replaced; all other bytes are unchanged."""
    parts, end = [], 0
    for leaf, value in sorted(values):
        parts += [text.text[end : leaf.start], value]
        end = leaf.end
    return JsonText("".join([*parts, text.text[end:]]))
