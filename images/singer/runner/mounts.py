"""Files of a standalone image: what users mount at /singer and /opt/code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Optional

from .codes import USAGE, RunnerError

CODE = os.environ.get("SINGER_CODE_DIR", "/opt/code")
"""A second location for the same files."""
_EXTRACTS = ("extract.jsonl", "input.jsonl")


class Mounts:
    """The folders of one run."""

    def __init__(self, base: str, is_given: bool) -> None:
        self._base = base
        self._folders = (base, CODE)
        self._mounted = [
            folder for folder in self._folders if (is_given and folder == base) or _is_mount(folder)
        ]

    def find(self, *names: str) -> Optional[str]:
        """The first of these files that exists, in config/ or beside it."""
        return _first(
            os.path.join(folder, *place, name)
            for folder in self._folders
            for name in names
            for place in (("config",), ())
        )

    def state(self) -> Optional[str]:
        """The state to start from: a target's output state takes precedence over an initial state."""
        return self._saved_state() or self.find("state.json", "initial-state.json")

    def new_state(self) -> str:
        """Where a target's state is written: over the state it started from, if that is writable."""
        saved = self._saved_state()
        return (
            saved
            if saved and os.access(saved, os.W_OK)
            else os.path.join(self.work(), "state.json")
        )

    def extract(self) -> Optional[str]:
        """The extract, either a file or in a folder `input`."""
        found = _first(
            os.path.join(folder, name) for folder in self._folders for name in (*_EXTRACTS, "input")
        )
        folders = [
            folder
            for folder in (os.path.join(place, "input") for place in self._folders)
            if os.path.isdir(folder)
        ]
        return found or (_only_file(folders[0]) if folders else None)

    def is_kept(self, path: str) -> bool:
        """Whether a file outlives the container."""
        return _is_mount(path) or any(
            path.startswith(os.path.join(folder, "")) for folder in self._mounted
        )

    def work(self) -> str:
        """The output folder of a run: the first that is mounted and writable, else /tmp."""
        for folder in self._mounted:
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
            if os.path.isdir(folder) and not os.statvfs(folder).f_flag & os.ST_RDONLY:
                raise RunnerError(
                    USAGE,
                    f"{folder} belongs to user {os.stat(folder).st_uid}, and user {os.getuid()} cannot write "
                    f'to it: mount a named volume, or your own folder with --user "$(id -u):$(id -g)"',
                )
        temporary = os.environ.get("TMPDIR", "/tmp")
        if os.access(temporary, os.W_OK | os.X_OK):
            return temporary
        raise RunnerError(
            USAGE,
            f"no folder is writable: mount a volume at {self._base} (-v NAME:{self._base}), "
            "give the container a /tmp (--tmpfs /tmp), or use --stdout with a tap",
        )

    def overlay(self) -> Optional[str]:
        """Where settings changed by a tap, such as rotated tokens, are kept; they are secrets, and
        files in /tmp do not outlive the run."""
        folder = next(
            (folder for folder in self._mounted if os.access(folder, os.W_OK | os.X_OK)), None
        )
        return os.path.join(folder, "overlay.json") if folder else None

    def _saved_state(self) -> Optional[str]:
        saved = os.path.join(self._base, "state", "state.json")
        return _first([saved, *(os.path.join(folder, "state.json") for folder in self._folders)])


def _first(paths: Iterable[str]) -> Optional[str]:
    return next((path for path in paths if os.path.isfile(path)), None)


def _only_file(folder: str) -> str:
    names = sorted(
        name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name))
    )
    chosen = [name for name in _EXTRACTS if name in names] or names
    if len(names) != 1 and chosen == names:
        raise RunnerError(
            USAGE,
            f"input {folder} contains {len(names)} files: choose one with --input, or rename it to extract.jsonl",
        )
    return os.path.join(folder, chosen[0])


def _is_mount(path: str) -> bool:
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            return any(line.split(" ")[4] == path for line in mounts)
    except OSError:
        return os.path.ismount(path)
