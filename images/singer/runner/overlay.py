"""Keeps changes that a tap makes to its own configuration, such as rotated tokens.

The overlay file is {"base": salted hash of the configuration it belongs to, "salt", "changes"}.
It is applied on the next run if that configuration is unchanged.
"""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Optional

from .codes import RunnerError
from .files import read_json, remove, write_json
from .lossless import JsonText, dumps, loads, plain
from .masking import leaves

Config = dict[str, Any]


def apply_overlay(path: str, base: Config, warn: Callable[[str], None]) -> Config:
    """`base` with the changes saved in `path`; they are discarded if they belong to another base."""
    if not os.path.exists(path):
        return base
    try:
        saved = read_json(path, "overlay", constants=True)
        salt, digest, changes = saved["salt"], saved["base"], saved["changes"]
        usable = isinstance(changes, dict) and digest == _digest(base, salt)
    except (RunnerError, KeyError, TypeError):
        usable = False
    if not usable:
        remove(path)
        warn(
            f"the settings that the tap changed ({path}) belong to a different configuration and are discarded"
        )
        return base
    return {**base, **changes}


def _digest(config: Config, salt: str) -> str:
    import hashlib

    canonical = json.dumps(config, sort_keys=True, separators=(",", ":"), default=plain)
    return hashlib.sha256((salt + canonical).encode("utf-8", "surrogatepass")).hexdigest()


class OverlayWatch:
    """Watches the private configuration that a tap may rewrite, and saves changes in `path`."""

    def __init__(
        self,
        config_path: str,
        path: Optional[str],
        base: Config,
        given: Config,
        on_secret: Callable[[list[str]], None],
    ) -> None:
        self._config_path = config_path
        self._path = path
        self._base = base
        self._last = given
        self._on_secret = on_secret
        self._seen = _stamp(config_path)

    def look(self) -> None:
        """Saves changes made since the last check, if any."""
        stamp = _stamp(self._config_path)
        if stamp is None or stamp == self._seen:
            return
        try:
            with open(self._config_path, "rb") as file:
                current = loads(file.read(), constants=True)
        except (OSError, ValueError):
            # The tap may be in the middle of writing: the next check sees the rest.
            return
        self._seen = stamp
        if not isinstance(current, dict) or current == self._last:
            return
        self._last = current
        changes = {
            name: value
            for name, value in current.items()
            if name not in self._base or _rounded(self._base[name]) != _rounded(value)
        }
        self._on_secret(leaves(changes))
        if changes and self._path:
            salt = os.urandom(16).hex()
            write_json(
                self._path,
                {"base": _digest(self._base, salt), "salt": salt, "changes": changes},
                0o600,
            )


def _rounded(value: Any) -> Any:
    """The value of a setting after a tap reads and writes it: lost digits are not a change."""
    return plain(JsonText(dumps(value)))


def _stamp(path: str) -> Optional[tuple[int, int, int]]:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
