"""Settings of a connector from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .codes import USAGE, RunnerError
from .connector import Connector, parsed

_TAKEN = frozenset(
    ("HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "_")
)
"""Variables that the system sets."""
_FILE = "_FILE"


class Given(NamedTuple):
    """A connector's settings in the environment."""

    settings: dict[str, Any]
    secrets: list[str]
    """Values read from files, which are treated as secrets."""


def settings_from(environment: Mapping[str, str], connector: Connector) -> Given:
    """Settings from variables or from files named by `NAME_FILE`; if the connector's settings are
    unknown, all with its prefix."""
    settings: dict[str, Any] = {}
    secrets = []
    names = given_names(connector) or _named_after(environment, connector)
    for name in names:
        for variable in reversed(variables(connector, name)):
            text, is_secret = _value(environment, variable, names, connector)
            if text is not None:
                settings[name] = parsed(
                    connector.settings.get(name, "string"), text, f"environment variable {variable}"
                )
                secrets += [text] if is_secret else []
    return Given(settings, secrets)


def given_names(connector: Connector) -> list[str]:
    """The settings that variables can set: nested settings only matter for secrets."""
    return [
        name for name in connector.settings if name.rpartition(".")[0] not in connector.settings
    ]


def variables(connector: Connector, name: str) -> list[str]:
    """The variables of a setting in order of precedence: `TAP_X_START_DATE` and, unless the system
    uses it, `START_DATE`."""
    own = _upper(name)
    return [_prefix(connector) + own] + ([] if own in _TAKEN else [own])


def _upper(name: str) -> str:
    return name.upper().replace("-", "_").replace(".", "_")


def _prefix(connector: Connector) -> str:
    return _upper(connector.name) + "_"


def _named_after(environment: Mapping[str, str], connector: Connector) -> list[str]:
    prefix = _prefix(connector)
    found = [variable[len(prefix) :] for variable in environment if variable.startswith(prefix)]
    return sorted({name.removesuffix(_FILE).lower() for name in found} - {""})


def _value(
    environment: Mapping[str, str], variable: str, names: list[str], connector: Connector
) -> tuple[Optional[str], bool]:
    """The text, and whether it was read from a file."""
    text = environment.get(variable)
    path = environment.get(variable + _FILE)
    if path is None or any(variable + _FILE in variables(connector, name) for name in names):
        return text, False
    if text is not None:
        raise RunnerError(
            USAGE,
            f"environment variables {variable} and {variable}{_FILE} are both set: set only one of them",
        )
    return _content(variable + _FILE, path), True


def _content(variable: str, path: str) -> str:
    """The text of a file without its trailing newline."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise RunnerError(
            USAGE, f"environment variable {variable}: {path} is not UTF-8 text"
        ) from None
    except OSError as error:
        raise RunnerError(
            USAGE, f"environment variable {variable}: {path} cannot be read: {error.strerror}"
        ) from None
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith("\n") else text


def standalone_config(given: dict[str, Any], connector: Connector) -> Given:
    """Settings of a standalone image: from the environment, else the file, else the defaults."""
    environment = settings_from(os.environ, connector)
    settings = {**connector.defaults, **given, **environment.settings}
    missing = [
        name
        for name in connector.required
        if name not in settings and name != connector.output_setting
    ]
    if missing:
        how = ", ".join(f"{name} (-e {variables(connector, name)[-1]}=...)" for name in missing)
        raise RunnerError(
            USAGE,
            f"{connector.name} requires {how}; settings can also come from a config.json (see --help)",
        )
    return Given(settings, environment.secrets)
