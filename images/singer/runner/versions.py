"""Table versions: whether an ACTIVATE_VERSION deletes the records that came with it.

A target with `hard_delete` deletes all rows of a table that do not have the activated version, including rows
without a version: meltano/sdk#2103 and meltano/sdk#2117.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Optional

from .messages import RECORD, read_line
from .other_lines import OtherLine


class Versions:
    """Versions of the records of each stream, and activated versions."""

    def __init__(self, hard_delete: bool = False, live: bool = False) -> None:
        self.hard_delete = hard_delete
        """The target deletes rows on an ACTIVATE_VERSION."""
        self.live = live
        """Whether the target gets each line before the next ones are known."""
        self._carried: dict[str, set[Any]] = {}
        self._activated: dict[str, list[Any]] = {}

    def knows(self, stream: str) -> bool:
        """A record of the stream was looked at."""
        return stream in self._carried

    def lacks(self, stream: str) -> bool:
        """A record of the stream had no version."""
        return None in self._carried.get(stream, ())

    def record(self, stream: str, version: Any) -> Optional[str]:
        """Adds the version of a record (None for none); returns why the run must stop, if it must."""
        carried = self._carried.setdefault(stream, set())
        kept = version if version is None or isinstance(version, int) else str(version)
        if kept in carried:
            return None
        carried.add(kept)
        return self._refusal(stream)

    def activate(self, stream: str, version: Any, last: Any = None) -> Optional[str]:
        """Adds an ACTIVATE_VERSION and the version of the last record before it; returns why the run must stop, if it
        must.

        Records of an older version that was itself activated are a complete table: a new one may follow.
        """
        activated = self._activated.setdefault(stream, [])
        is_complete = last in activated
        activated.append(version)
        if (
            self.hard_delete
            and self.live
            and not is_complete
            and _all_older(self._carried.get(stream, set()), version)
        ):
            return (
                f'ACTIVATE_VERSION {version} of stream "{stream}", whose records so far carry an older version that was '
                'never activated: with the setting "hard_delete" the target deletes them; turn hard_delete off, '
                'or use mode "artifact" if the tap sends records of the activated version after it'
            )
        return self._refusal(stream)

    def activated(self, stream: str) -> list[Any]:
        """The versions of the stream that were activated."""
        return self._activated.get(stream, [])

    def outdated(self) -> dict[str, int]:
        """Streams whose first record is of an older version than the last activated one, which a target with
        `hard_delete` would leave no row of unless other records carry that one."""
        return {
            stream: versions[-1]
            for stream, versions in self._activated.items()
            if self.hard_delete and _all_older(self._carried.get(stream, set()), versions[-1])
        }

    def totals(self) -> tuple[list[tuple[str, list[Any]]], list[tuple[str, list[Any]]]]:
        """Everything that `add` of another instance needs, in plain types."""
        return [(stream, list(seen)) for stream, seen in self._carried.items()], list(
            self._activated.items()
        )

    def add(
        self, totals: tuple[list[tuple[str, list[Any]]], list[tuple[str, list[Any]]]]
    ) -> Optional[str]:
        """Adds the totals of another instance; returns why the run must stop, if it must."""
        carried, activated = totals
        for stream, seen in carried:
            self._carried.setdefault(stream, set()).update(seen)
        for stream, versions in activated:
            self._activated.setdefault(stream, []).extend(versions)
        refusals = [self._refusal(stream) for stream in self._activated]
        return next((refusal for refusal in refusals if refusal), None)

    def warnings(self, loaded: Iterable[str], before: Optional[Mapping[str, Any]]) -> list[str]:
        """Warnings about the versions of a run that loaded the streams `loaded` and started from a state."""
        streams, found = set(loaded), []
        for stream, versions in self._activated.items():
            if stream not in streams:
                # A tap repeats the version in its state: the rows of the table already have it.
                if versions[-1] != saved_version(before, stream):
                    found.append(
                        f'stream "{stream}": ACTIVATE_VERSION {versions[-1]} came without any record; '
                        "a target that follows it deletes all rows of the table or marks them as deleted"
                    )
                continue
            odd = self._carried.get(stream, set()) - set(versions)
            if None in odd:
                found.append(
                    f'stream "{stream}": its records carry no version, and ACTIVATE_VERSION {versions[-1]} came; '
                    "a target that follows it deletes these records or marks them as deleted"
                )
            elif odd:
                listed = ", ".join(sorted(map(str, odd)))
                found.append(
                    f'stream "{stream}": records carry version {listed}, and ACTIVATE_VERSION {versions[-1]} came; '
                    "a target that follows it deletes rows of older versions or marks them as deleted"
                )
        return found

    def _refusal(self, stream: str) -> Optional[str]:
        if (
            not self.hard_delete
            or stream not in self._activated
            or None not in self._carried.get(stream, ())
        ):
            return None
        return (
            f'ACTIVATE_VERSION {self._activated[stream][-1]} of stream "{stream}", whose records carry no version: '
            'with the setting "hard_delete" the target deletes them; turn hard_delete off, '
            "or have the tap not send ACTIVATE_VERSION"
        )


def find_outdated(file: BinaryIO, versions: Versions) -> Optional[str]:
    """Why an extract must not be loaded: no record of a stream has the activated version."""
    wanted = versions.outdated()
    if not wanted:
        return None
    numbers = [str(version).encode() for version in wanted.values()]
    for line in file:
        if b'"version"' not in line or not any(number in line for number in numbers):
            continue
        found = read_line(line)
        if isinstance(found, OtherLine) or found.kind != RECORD:
            continue
        stream = str(found.stream)
        if stream in wanted and found.fields.get("version") == wanted[stream]:
            del wanted[stream]
            if not wanted:
                return None
    stream, version = next(iter(wanted.items()))
    return (
        f'ACTIVATE_VERSION {version} of stream "{stream}", none of whose records carries that version: '
        'with the setting "hard_delete" the target deletes them; turn hard_delete off'
    )


def _all_older(carried: set[Any], version: Any) -> bool:
    numbers = [each for each in carried if isinstance(each, int)]
    return (
        bool(numbers)
        and len(numbers) == len(carried)
        and isinstance(version, int)
        and max(numbers) < version
    )


def deletes_hard(config: Mapping[str, Any], settings: Mapping[str, str]) -> bool:
    """Whether a target with this configuration deletes rows on an ACTIVATE_VERSION."""
    if config.get("hard_delete") is not True:
        return False
    switches = ("activate_version", "process_activate_version_messages")
    if any(config.get(switch) is False for switch in switches):
        return False
    # PipelineWise targets and their forks also have hard_delete, but ignore ACTIVATE_VERSION.
    return "add_metadata_columns" not in settings or any(switch in settings for switch in switches)


def saved_version(state: Optional[Mapping[str, Any]], stream: str) -> Any:
    """The version of a stream's table in a state; None if it has none."""
    bookmarks = (state or {}).get("bookmarks")
    bookmark = bookmarks.get(stream) if isinstance(bookmarks, dict) else None
    return bookmark.get("version") if isinstance(bookmark, dict) else None
