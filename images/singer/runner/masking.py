"""Keeps secret configuration values out of logs, results and errors."""

from __future__ import annotations

import json
import re
from typing import Any, Optional

from .codes import USAGE, RunnerError
from .lossless import JsonText, dumps, loads
from .spellings import longest_spelling, needles, patterns

MASK = "***"
_SECRET_NAME = re.compile(r"password|secret|token|api_?key|private_?key|credential", re.I)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SHORTEST = 3
"""Shorter values occur by chance, so masking them would reveal them."""


class Masker:
    """Replaces its secrets with ***, in every spelling of spellings.py."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._needles: set[Optional[str]] = set()
        """A line without any of these has nothing to replace; None if that cannot be ruled out."""
        self._pattern: Optional[re.Pattern[str]] = None
        self.longest = 0
        """Length of the longest spelling of a secret, in characters."""

    def add(self, values: list[str]) -> None:
        """Adds `values` to the masked secrets."""
        added = {value for value in values if len(value.strip()) >= _SHORTEST} - self._values
        self._values |= added
        self._needles.update(*map(needles, added))
        self.longest = max([self.longest, *map(longest_spelling, added)])
        self._pattern = None

    def text(self, text: str) -> str:
        """`text` without the secrets."""
        lowered = text.lower()
        for needle in self._needles:
            if needle is None or needle in lowered:
                return self._compiled().sub(MASK, text)
        return text

    def _compiled(self) -> re.Pattern[str]:
        if self._pattern is None:
            # Compiled only when a line needs it: most logs contain no secrets.
            found = {pattern for value in self._values for pattern in patterns(value)}
            self._pattern = re.compile("|".join(sorted(found, key=len, reverse=True)), re.I)
        return self._pattern

    def tree(self, value: Any) -> Any:
        """The JSON value with secrets in strings and keys masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, JsonText):
            return JsonText(_STRING.sub(self._string, value.text))
        if isinstance(value, list):
            return [self.tree(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.tree(item) for key, item in value.items()}
        return value

    def _string(self, found: re.Match[str]) -> str:
        """A string of a JSON text, unchanged unless it contains a secret."""
        text = loads(found[0])
        masked = self.text(text)
        return found[0] if masked == text else dumps(masked)


def named_secrets(config: dict[str, Any], paths: list[Any]) -> list[str]:
    """The values at `paths` (each a list of keys and indexes); paths that do not exist are skipped."""
    values = []
    for path in paths:
        if not isinstance(path, list):
            raise RunnerError(
                USAGE, f'the path of a secret must be a list such as ["password"], not {path!r}'
            )
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
    """Strings below settings whose name suggests a secret (password, token, api_key ...)."""
    if isinstance(value, list):
        return [found for item in value for found in likely_secrets(item)]
    if not isinstance(value, dict):
        return []
    return [
        found
        for name, item in value.items()
        for found in (leaves(item) if _SECRET_NAME.search(name) else likely_secrets(item))
    ]


def leaves(value: Any, numbers: bool = False) -> list[str]:
    """The strings in a JSON value; with `numbers` also the numbers."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, JsonText):
        return [value.text] if numbers else []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [json.dumps(value)] if numbers else []
    if isinstance(value, dict):
        value = list(value.values())
    return (
        [leaf for item in value for leaf in leaves(item, numbers)]
        if isinstance(value, list)
        else []
    )
