"""Keeps secret configuration values out of logs, results and errors."""
from __future__ import annotations

import json
import re
from typing import Any, Iterator, Optional

from .codes import USAGE, RunnerError

MASK = "***"
_SECRET_NAME = re.compile(r"password|secret|token|api_?key|private_?key|credential", re.I)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LONG_LINE = 8
_SHORTEST = 3
"""A shorter value occurs everywhere by chance: masking it would tell where it stands."""


class Masker:
    """Replaces the secrets it has been told by ***."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: Optional[re.Pattern[str]] = None
        self.longest = 0
        """Length of the longest form of a secret, in characters."""

    def add(self, values: list[str]) -> None:
        """Masks `values` from now on, in each form they can be written in."""
        self._forms.update(form for value in values for form in _forms(value))
        longest_first = sorted(self._forms, key=len, reverse=True)
        self.longest = len(longest_first[0]) if longest_first else 0
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """`text` without the secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def tree(self, value: Any) -> Any:
        """A JSON value whose strings and keys hold no secret."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.tree(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.tree(item) for key, item in value.items()}
        return value


def _forms(value: str) -> Iterator[str]:
    if len(value.strip()) < _SHORTEST:
        return
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    encoded = "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"
                      for byte in value.encode("utf-8", "surrogatepass"))
    yield encoded
    yield encoded.replace("%20", "+")
    yield encoded.replace("%2F", "/")
    # A key of several lines (PEM) is logged line by line.
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LONG_LINE)


def named_secrets(config: dict[str, Any], paths: list[Any]) -> list[str]:
    """The values at `paths` (each a list of keys and indexes); paths that lead nowhere are skipped."""
    values = []
    for path in paths:
        if not isinstance(path, list):
            raise RunnerError(USAGE, f'a path of --secrets must be a list such as ["password"], not {path!r}')
        value: Any = config
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                value = None
                break
        values.extend(leaves(value, numbers=True))
    return values


def likely_secrets(value: Any) -> list[str]:
    """Strings below settings whose name sounds like a secret (password, token, api_key ...)."""
    if isinstance(value, list):
        return [found for item in value for found in likely_secrets(item)]
    if not isinstance(value, dict):
        return []
    return [found for name, item in value.items()
            for found in (leaves(item) if _SECRET_NAME.search(name) else likely_secrets(item))]


def leaves(value: Any, numbers: bool = False) -> list[str]:
    """The strings in a JSON value, with `numbers` the numbers too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [json.dumps(value)] if numbers else []
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in leaves(item, numbers)] if isinstance(value, list) else []
