"""The request for the runner, as described by `request.schema.json`.

The schema is generated from src/model/request/schema.ts, which builds requests. Each field becomes an attribute,
`graceSeconds` as `grace_seconds`, with its default if the request does not name it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from . import places
from .codes import USAGE, RunnerError
from .json_schema import Invalid, branch, check
from .lossless import loads

DATA = ("extract", "load", "stream", "discover", "slots")
"""Commands that start connectors."""

SCHEMA = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "request.schema.json"
)

_WRITTEN = (
    "result",
    "candidate",
    "overlay",
    "tapLog",
    "targetLog",
    "marker",
    "undelivered",
    "outcome",
    "summary",
    "discovered",
    "stored",
)
_CAPITAL = re.compile("[A-Z]")


class Arguments(SimpleNamespace):
    """The fields of a request."""

    command: str
    standalone: bool
    """Whether a user started the image directly."""


def schema() -> Any:
    """The JSON Schema of a request."""
    with open(SCHEMA, "rb") as file:
        return loads(file.read())


def read_request(argument: str) -> Arguments:
    """The request in `argument`: JSON, or the path of a file with it."""
    try:
        return arguments(loads(_text(argument)))
    except (ValueError, RecursionError) as error:
        raise RunnerError(USAGE, f"request: it is not JSON: {error}; see {SCHEMA}") from None


def arguments(request: Any, standalone: bool = False) -> Arguments:
    """The fields of a validated request, with all defaults."""
    try:
        if not isinstance(request, dict):
            raise Invalid('it must be a JSON object such as {"command": "extract"}')
        fields = branch(request, schema(), "command")
        check(request, fields, str(request["command"]))
    except Invalid as error:
        raise RunnerError(USAGE, f"request: {error}") from None
    args = Arguments(
        standalone=standalone,
        **{
            _attribute(name): request.get(name, field.get("default"))
            for name, field in fields["properties"].items()
        },
    )
    if args.command in DATA:
        places.fill_in(args)
    _check_outputs(request, args)
    return args


def _text(argument: str) -> str:
    if argument.lstrip().startswith("{"):
        return argument
    try:
        with open(argument, encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError:
        raise RunnerError(USAGE, f"request {argument} is not UTF-8 text") from None
    except OSError as error:
        raise RunnerError(
            USAGE,
            f'request {argument} cannot be read: {error.strerror}; give JSON such as {{"command": "extract"}}, '
            "or the path of a file with it (see --help)",
        ) from None


def _attribute(name: str) -> str:
    return _CAPITAL.sub(lambda letter: f"_{letter[0].lower()}", name)


def _check_outputs(request: Mapping[str, Any], args: Arguments) -> None:
    """Checks output folders now instead of failing after the data was moved."""
    for name in _WRITTEN:
        folder = os.path.dirname(getattr(args, _attribute(name), None) or "") or "."
        if not os.path.isdir(folder):
            raise RunnerError(
                USAGE, f'request: "{name}": the folder {folder} does not exist; create it'
            )
    if getattr(args, "progress", "none") != "none" and getattr(args, "output", None) == "-":
        raise RunnerError(
            USAGE, 'request: "progress" and "output": "-" both write to stdout; remove one of them'
        )
