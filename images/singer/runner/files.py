"""Reading and writing the runner's small files."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any, Callable, Optional, TypeVar

from .codes import USAGE, RunnerError, io_error
from .lossless import JsonText, encode, load_text, loads

Parsed = TypeVar("Parsed")


def read_json(path: str, what: str, constants: bool = False) -> Any:
    """The JSON in `path`; `what` names it in errors (exit 2), e.g. "config". `constants` lets NaN pass."""
    return _read(path, what, lambda data: loads(data, constants))


def read_object_text(path: str, what: str) -> JsonText:
    """The JSON object in `path` with its original bytes; exit 2 for anything else."""
    text = _read(path, what, load_text)
    if not text.is_object:
        raise RunnerError(USAGE, f"{what} {path} must contain a JSON object")
    return text


def _read(path: str, what: str, parse: Callable[[bytes], Parsed]) -> Parsed:
    try:
        with open(path, "rb") as file:
            return parse(file.read())
    except FileNotFoundError:
        raise RunnerError(USAGE, f"{what} {path} does not exist") from None
    except OSError as error:
        raise RunnerError(USAGE, f"{what} {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RunnerError(USAGE, f"{what} {path} is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise RunnerError(USAGE, f"{what} {path} is not JSON: {error}") from None


def read_object(path: str, what: str) -> dict[str, Any]:
    """The JSON object in `path`; exit 2 for anything else."""
    value = read_json(path, what)
    if not isinstance(value, dict):
        raise RunnerError(USAGE, f"{what} {path} must contain a JSON object")
    return value


def read_list(path: str, what: str) -> list[Any]:
    """The JSON list in `path`; exit 2 for anything else."""
    value = read_json(path, what)
    if not isinstance(value, list):
        raise RunnerError(USAGE, f"{what} {path} must contain a JSON list")
    return value


def write_atomic(path: str, data: bytes, mode: int = 0o644, durable: bool = True) -> None:
    """Replaces `path` atomically: readers see the old or the new content, never a part.

    `durable` waits for the disk (1 to 10 ms), so that this also holds after a power failure.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        _replace(temporary, path, data)
    except OSError as error:
        remove(temporary)
        raise io_error(error, "write", path) from None


def _replace(temporary: str, path: str, data: bytes) -> None:
    try:
        os.replace(temporary, path)
    except OSError as error:
        # A file that is itself a mount cannot be replaced.
        if error.errno != errno.EBUSY:
            raise
        with open(path, "wb") as file:
            file.write(data)
        remove(temporary)


def write_json(path: str, value: Any, mode: int = 0o644, durable: bool = True) -> None:
    """Replaces `path` with `value` as JSON, atomically."""
    write_atomic(path, encode(value) + b"\n", mode, durable)


def result_if_any(path: Optional[str]) -> dict[str, Any]:
    """A step's result; empty if it is missing or unreadable."""
    try:
        with open(path or "", "rb") as file:
            result = loads(file.read())
    except (OSError, ValueError):
        return {}
    return result if isinstance(result, dict) else {}


def records_of(result: Mapping[str, Any]) -> Optional[int]:
    """Number of records loaded; None if the result does not have it or it is incomplete."""
    records = result.get("records")
    total = sum(records.values()) if isinstance(records, dict) else None
    return None if result.get("uncountedFiles") and not total else total


def records_text(result: Mapping[str, Any]) -> Optional[str]:
    """The records of a load as text, e.g. 1,200 records; None if the result does not have it."""
    count, files = records_of(result), result.get("uncountedFiles")
    batches = f"the rows of {files:,} BATCH {'file' if files == 1 else 'files'}" if files else None
    counted = None if count is None else f"{count:,} {'record' if count == 1 else 'records'}"
    return " and ".join(part for part in (counted, batches) if part) or None


def make_directory(path: str, shared: bool = False) -> None:
    """Creates a directory if it does not exist; a shared one is writable by every user."""
    try:
        is_new = not os.path.isdir(path)
        os.makedirs(path, exist_ok=True)
        if shared and is_new:
            os.chmod(path, 0o777)
    except OSError as error:
        raise io_error(error, "write", path) from None


def remove(path: str) -> None:
    """Removes a file if it exists."""
    try:
        os.unlink(path)
    except OSError:
        pass


def files_below(folder: Optional[str]) -> list[dict[str, Any]]:
    """Files of a folder by relative path, with their sizes; empty if the folder does not exist."""
    found = []
    for parent, _, names in os.walk(folder or ""):
        for name in names:
            path = os.path.join(parent, name)
            found.append({"path": os.path.relpath(path, folder), "bytes": os.path.getsize(path)})
    return sorted(found, key=lambda file: file["path"])
