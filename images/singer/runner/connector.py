"""connector.json: the description of a tap or target."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from .codes import USAGE, RunnerError
from .files import read_object
from .lossless import JsonText, loads

TYPES = ("string", "number", "boolean", "json")
"""Types of a setting; in the environment and in secrets, all but strings are JSON."""

CATALOG_FLAGS = ("catalog", "properties", "none")


class Flags(NamedTuple):
    """The flags a connector supports; no others are passed."""

    config: bool
    catalog: str
    """catalog (--catalog), properties (--properties) or none."""
    state: bool
    discover: bool
    about: bool
    discover_first: bool = False
    """--discover-first: one process discovers, waits for the selection, and runs."""


class Connector(NamedTuple):
    """A tap or a target and how to start it."""

    name: str
    kind: str
    """tap or target."""
    version: str
    command: list[str]
    flags: Flags
    settings: dict[str, str]
    """Known settings and their types; nested settings are written `ssh_tunnel.port`."""
    output_setting: Optional[str]
    """The target's setting for the directory it writes files to."""
    python: Optional[str]
    """Python version the connector runs on."""
    required: list[str]
    """Settings that are required to start it."""
    defaults: dict[str, Any]
    """Defaults for settings when the image runs standalone."""
    help: dict[str, str]
    """Descriptions of its settings."""
    output_aliases: list[str]
    """Other names of `output_setting`."""


def read_connector(path: str, kind: str) -> Connector:
    """The description in `path`; exit 2 if it does not describe a `kind`."""
    raw = read_object(path, "connector description")

    def wrong(what: str) -> RunnerError:
        return RunnerError(USAGE, f"connector description {path}: {what}")

    command = raw.get("command")
    if (
        not isinstance(command, list)
        or not command
        or not all(isinstance(part, str) for part in command)
    ):
        raise wrong('"command" must be a non-empty list of strings')
    if raw.get("kind") != kind:
        raise wrong(f'"kind" is {json.dumps(raw.get("kind"))}, expected "{kind}"')
    if not isinstance(raw.get("name"), str) or not raw["name"]:
        raise wrong('"name" must be a non-empty string')
    flags = raw.get("flags", {})
    settings = raw.get("settings", {})
    if not isinstance(flags, dict) or flags.get("catalog", "none") not in CATALOG_FLAGS:
        raise wrong(
            f'"flags" must be an object whose "catalog" is one of {", ".join(CATALOG_FLAGS)}'
        )
    if not isinstance(settings, dict) or not all(kind in TYPES for kind in settings.values()):
        raise wrong(f'"settings" must map each name to one of the types {", ".join(TYPES)}')
    return Connector(
        name=raw["name"],
        kind=kind,
        version=str(raw.get("version", "")),
        command=command,
        flags=Flags(
            flags.get("config", True) is True,
            flags.get("catalog", "none"),
            flags.get("state") is True,
            flags.get("discover") is True,
            flags.get("about") is True,
            flags.get("discover_first") is True,
        ),
        settings=settings,
        output_setting=raw.get("outputSetting"),
        python=raw.get("python"),
        required=raw.get("required", []),
        defaults=raw.get("defaults", {}),
        help=raw.get("help", {}),
        output_aliases=raw.get("outputAliases", []),
    )


def describe_json(connector: Connector) -> dict[str, Any]:
    """The connector as JSON for connector.json."""
    return {
        "name": connector.name,
        "kind": connector.kind,
        "version": connector.version,
        "command": connector.command,
        "flags": connector.flags._asdict(),
        "settings": connector.settings,
        "outputSetting": connector.output_setting,
        "python": connector.python,
        "required": connector.required,
        "defaults": connector.defaults,
        "help": connector.help,
        "outputAliases": connector.output_aliases,
    }


def with_types(config: dict[str, Any], connector: Connector, paths: list[Any]) -> dict[str, Any]:
    """`config` with the secrets at `paths`, which are text, converted to the types of their settings.

    A path may be repeated with `{"secret": name}` at its end, so that errors name the secret.
    """
    names = {
        _setting(path[:-1]): f'the secret "{path[-1].get("secret")}"'
        for path in paths
        if isinstance(path, list) and path and isinstance(path[-1], dict)
    }
    for path in paths:
        setting = _setting(path) if isinstance(path, list) else ""
        kind = connector.settings.get(setting, "string")
        if kind != "string":
            where = (
                f'{names.get(setting, "the secret")} for setting "{setting}" of {connector.name}'
            )
            config = _replaced(config, path, partial(parsed, kind, where=where))
    return config


def _setting(path: list[Any]) -> str:
    return ".".join(map(str, path))


def _replaced(value: Any, path: list[Any], convert: Callable[[str], Any]) -> Any:
    if not path:
        return convert(value) if isinstance(value, str) else value
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {**value, path[0]: _replaced(value[path[0]], path[1:], convert)}


def parsed(kind: str, text: str, where: str) -> Any:
    """Converts text from the environment or a secret to a type; errors name `where` it is from, never the text."""
    if kind == "string":
        return text
    try:
        value = loads(text.lower() if kind == "boolean" else text)
    except (ValueError, RecursionError):
        value = None
        good = False
    else:
        good = {"number": _is_number(value), "boolean": isinstance(value, bool)}.get(kind, True)
    if not good:
        raise RunnerError(USAGE, f"{where} must be {_article(kind)}, e.g. {_EXAMPLES[kind]}")
    return value


def _is_number(value: Any) -> bool:
    if isinstance(value, JsonText):
        return math.isfinite(float(value.text))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_EXAMPLES = {"number": "10", "boolean": "true", "json": '["a","b"]'}


def _article(kind: str) -> str:
    return "JSON" if kind == "json" else f"a {kind}"
