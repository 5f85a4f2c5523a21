"""The text of `singer-runner --help`."""

from __future__ import annotations

from . import places
from .codes import TABLE
from .request import SCHEMA, schema

_USAGE = """usage: singer-runner REQUEST

Runs Singer taps and targets. REQUEST is a JSON object, or the path of a file with one:

  singer-runner '{"command": "extract", "tapConnector": "tap.json", "output": "extract.jsonl"}'

Without a request, an image of a connector runs that connector: see docker run IMAGE --help."""


def usage() -> str:
    """Commands, default file locations and exit codes; all fields are in the schema."""
    commands = {
        each["properties"]["command"]["const"]: each["description"] for each in schema()["oneOf"]
    }
    listed = "\n".join(
        f"  {name:<10} {text[0].lower()}{text[1:].rstrip('.')}" for name, text in commands.items()
    )
    return (
        "\n\n".join([_USAGE, f"commands:\n{listed}", f"all fields: {SCHEMA}", places.TABLE, TABLE])
        + "\n"
    )
