"""Settings of connectors: what exists, and reading the files of `--config`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json, Number
from tapctl_bulk.common.files import read_object

SettingType: TypeAlias = Literal["string", "integer", "number", "boolean", "object", "array"]

PYTHON_TYPES: dict[SettingType, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, Number),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


class Setting(NamedTuple):
    """A setting of a connector."""

    name: str
    type: SettingType
    description: str
    default: Json = None
    required: bool = False
    secret: bool = False
    choices: tuple[str, ...] = ()


Config: TypeAlias = dict[str, Json]
"""Every setting of the connector, with its default where the user sets none."""


def load_config(paths: Sequence[str], settings: Sequence[Setting]) -> Config:
    """Read the configuration: later files win, settings that the connector does not have are kept out.

    Raises:
        ConnectorError: A file cannot be read, a required setting is missing or a type is wrong.
    """
    given: dict[str, Json] = {}
    for path in paths:
        given.update(read_object(path, "configuration"))
    return whole_config(given, settings)


def whole_config(given: dict[str, Json], settings: Sequence[Setting]) -> Config:
    """Return every setting, with its default where none is given.

    Raises:
        ConnectorError: A required setting is missing or a type is wrong.
    """
    return {setting.name: _value(setting, given.get(setting.name)) for setting in settings}


def _value(setting: Setting, value: Json) -> Json:
    if value is None or (value == "" and setting.required):
        if setting.required:
            raise ConnectorError(
                f'setting "{setting.name}" is missing', "Add it to the file of --config"
            )
        return setting.default
    is_right = isinstance(value, PYTHON_TYPES[setting.type]) and (
        setting.type == "boolean" or not isinstance(value, bool)
    )
    if setting.type == "string" and isinstance(value, Number):
        is_right = False
    if not is_right:
        raise ConnectorError(
            f'setting "{setting.name}" must be of type {setting.type}',
            "Change it in the configuration",
        )
    if setting.choices and value not in setting.choices:
        raise ConnectorError(
            f'setting "{setting.name}" must be one of {", ".join(setting.choices)}',
            "Change it in the configuration",
        )
    return value


def text(config: Config, name: str) -> str:
    """Return a text setting; empty if it is not set."""
    return cast(str, config[name]) if config[name] is not None else ""


def integer(config: Config, name: str) -> int:
    """Return a setting of type integer that has a default."""
    return cast(int, config[name])


def flag(config: Config, name: str) -> bool:
    """Return a boolean setting; false if it is not set."""
    return config[name] is True


def json_schema(settings: Sequence[Setting]) -> dict[str, Json]:
    """Return the JSON schema of the configuration, as `--about` prints it."""
    properties: dict[str, Json] = {setting.name: _property(setting) for setting in settings}
    return {
        "type": "object",
        "properties": properties,
        "required": [setting.name for setting in settings if setting.required],
    }


def _property(setting: Setting) -> Json:
    types: list[Json] = [setting.type] if setting.required else [setting.type, "null"]
    schema: dict[str, Json] = {"type": types, "description": setting.description}
    if setting.default is not None:
        schema["default"] = setting.default
    if setting.choices:
        schema["enum"] = [*setting.choices]
    if setting.secret:
        schema["secret"] = True
        schema["writeOnly"] = True
    return schema
