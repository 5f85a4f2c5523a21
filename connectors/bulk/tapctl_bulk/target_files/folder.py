"""Files in a folder. They appear at once and complete; those of a killed run are removed."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import Protocol

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import loads
from tapctl_bulk.common.logs import warn

STAGING = ".tapctl-"
MANIFESTS = "_manifests"
LOCK = "lock"


class Destination(Protocol):
    """Where the files of a run go."""

    staging: str
    """Folder for files that are being written."""

    def publish(self, path: str, name: str) -> None:
        """Move a complete file to its place."""

    def write_manifest(self, text: str) -> None:
        """Write the manifest of the run."""

    def close(self) -> None:
        """Remove what is not published."""


class Folder:
    """A folder of this machine."""

    def __init__(self, root: str, run: str) -> None:
        self._root = root
        self._run = run
        self.staging = os.path.join(root, STAGING + run)
        try:
            os.makedirs(self.staging)
            self._lock = open(os.path.join(self.staging, LOCK), "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._remove_leftovers()
        except OSError as error:
            raise ConnectorError(
                f"folder {root} cannot be written: {error.strerror}", 'Check "output_path"'
            ) from error

    def publish(self, path: str, name: str) -> None:
        """Move a file to its place, which no other run has."""
        place = os.path.join(self._root, name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.replace(path, place)

    def write_manifest(self, text: str) -> None:
        """Replace the manifest in one step."""
        path = os.path.join(self.staging, "manifest")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self.publish(path, f"{MANIFESTS}/{self._run}.json")

    def close(self) -> None:
        """Remove the files that are not published."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self._lock.close()

    def _remove_leftovers(self) -> None:
        """Remove what killed runs left: files that are not in a manifest. A run that still writes holds its lock."""
        for name in os.listdir(self._root):
            staging = os.path.join(self._root, name)
            if not name.startswith(STAGING) or staging == self.staging or not _is_dead(staging):
                continue
            run = name[len(STAGING) :]
            warn(f"removing the unfinished files of run {run}, which was killed")
            listed = _listed(os.path.join(self._root, MANIFESTS, f"{run}.json"))
            for folder, _folders, files in os.walk(self._root):
                for file in files:
                    path = os.path.join(folder, file)
                    relative = os.path.relpath(path, self._root)
                    if run in file and relative not in listed and file != f"{run}.json":
                        os.unlink(path)
            shutil.rmtree(staging)


def _is_dead(staging: str) -> bool:
    try:
        with open(os.path.join(staging, LOCK)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _listed(manifest: str) -> set[str]:
    try:
        with open(manifest, "rb") as file:
            value = loads(file.read())
    except FileNotFoundError:
        return set()
    files = value.get("files") if isinstance(value, dict) else None
    return {
        str(one["path"])
        for one in (files if isinstance(files, list) else [])
        if isinstance(one, dict)
    }
