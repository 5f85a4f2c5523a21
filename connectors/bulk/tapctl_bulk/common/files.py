"""Reading the JSON files that a connector is started with."""

from __future__ import annotations

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json, loads


def read_object(path: str, name: str) -> dict[str, Json]:
    """Read a JSON object from a file.

    Args:
        path: The file.
        name: What the file is, for the error.

    Raises:
        ConnectorError: The file cannot be read or is not a JSON object.
    """
    try:
        with open(path, "rb") as file:
            value = loads(file.read())
    except OSError as error:
        raise ConnectorError(
            f"{name} {path}: {error.strerror}", "Check the path and its permissions"
        ) from error
    except ValueError as error:
        raise ConnectorError(f"{name} {path} is not JSON: {error}", "Correct the file") from error
    if not isinstance(value, dict):
        raise ConnectorError(f"{name} {path} is not a JSON object", "Correct the file")
    return value
