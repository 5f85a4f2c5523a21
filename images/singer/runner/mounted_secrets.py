"""Secrets of a configuration that are files: keys of existing Kubernetes Secrets, mounted as a volume."""

from __future__ import annotations

import os
from typing import Any

from .codes import USAGE, RunnerError

_SECRET = "$secret"


def with_mounted_secrets(config: dict[str, Any], folder: str, connector: str) -> dict[str, Any]:
    """`config` with each {"$secret": name, ...} replaced with the text of the file of that name in `folder`."""
    found: dict[str, Any] = _resolved(config, folder, connector)
    return found


def _resolved(value: Any, folder: str, connector: str) -> Any:
    if isinstance(value, list):
        return [_resolved(item, folder, connector) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get(_SECRET), str):
        return _read(value, folder, connector)
    return {name: _resolved(item, folder, connector) for name, item in value.items()}


def _read(reference: dict[str, Any], folder: str, connector: str) -> str:
    name = reference[_SECRET]
    key = reference.get("kubernetes") or {}
    source = f'key "{key.get("key")}" of the Kubernetes Secret "{key.get("name")}"'
    try:
        with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        raise RunnerError(
            USAGE, f'secret "{name}" of {connector}: {source} is not UTF-8 text'
        ) from None
    except OSError:
        raise RunnerError(
            USAGE, f'secret "{name}" of {connector}: {source} does not exist'
        ) from None
