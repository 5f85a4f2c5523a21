"""What Argo says of the steps of a Workflow that failed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Optional

_LONGEST = 1000
_STORE_REFUSES = re.compile(
    r"failed to (get|put) file: (Access Denied|The specified bucket does not exist)", re.I
)
_NO_SECRET = re.compile(r"\S+ /singer/config/\S+ does not exist")
# What follow-ups and jobs say goes to their logs alone; the runner's own steps give a reason.
_NO_REASON = re.compile(r"^\S+: Error \(exit code (?!137\))\d+\)$")
_PASSED_ON = re.compile(
    r"^child '.*' (failed|errored)$|^No more retries left|: dependency \".*\" exited with non-zero"
)
_STOPPED = re.compile(r"\(exit code 13\)")
_READER_GONE = re.compile(
    r"\(exit code 10\).*(SIGPIPE|Broken ?pipe|EPIPE|nothing reads what it sends)", re.I | re.S
)
_DEADLINE = re.compile(
    r"exceeded (workflow |its )?deadline|longer than the specified deadline", re.I
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)', re.S)
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2}|.)", re.S)
_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_VERDICT = re.compile(r"-(failed|partial)$")


def failures_in(environment: Mapping[str, str]) -> Optional[str]:
    """The list of what failed, as Argo writes it: FAILURES holds it in base64."""
    encoded = environment.get("FAILURES")
    if not encoded:
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except ValueError:
        return encoded


def first_failure(failures: Optional[str]) -> Optional[str]:
    """The message that says why a Workflow failed: of the last step that failed by itself.

    The text is JSON in a text that is quoted as in Go; anything else is shown as it is.
    """
    if not failures:
        return None
    listed = _listed(failures)
    if listed is None:
        return _short(failures)
    # A graph that failed of a task has no message at all.
    steps = [
        step for step in listed if isinstance(step, dict) and isinstance(step.get("message"), str)
    ]
    steps = [step for step in steps if step["message"].strip()]
    steps.sort(key=lambda step: str(step.get("finishedAt") or ""))
    # Most failed steps only pass on that one below them failed.
    causes = [step for step in steps if not _PASSED_ON.search(step["message"])] or steps
    # A target is stopped when its tap has failed.
    causes = [step for step in causes if not _STOPPED.search(step["message"])] or causes
    # A tap loses its reader when its target has failed, or when what it sent cannot be loaded.
    causes = [step for step in causes if not _READER_GONE.search(step["message"])] or causes
    return (
        _short(f"{_step(causes[-1])}: {_explained(causes[-1]['message'])}{_before(causes)}")
        if causes
        else None
    )


def _listed(failures: str) -> Optional[list[Any]]:
    """The entries of the list, of one that was cut off those that are complete; None of anything else."""
    text = _unquoted(failures).strip()
    if text == "null":
        return []
    decoder, entries, at = json.JSONDecoder(), [], 1
    while text[at - 1 : at] in ("[", ","):
        try:
            entry, at = decoder.raw_decode(text, at)
        except ValueError:
            break
        entries.append(entry)
        at += 1
    return entries or None


def _unquoted(text: str) -> str:
    """What Go quoted, whose escapes are those of JSON and a few more; the closing quote may be cut off."""
    quoted = _QUOTED.match(text)
    return _ESCAPE.sub(_character, quoted.group(1)) if quoted else text


def _character(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code[1:], 16)) if len(code) > 1 else _CONTROL.get(code, code)


def _step(failed: dict[str, Any]) -> str:
    """The step that a verdict is on stands for the verdict."""
    return _VERDICT.sub("", str(failed.get("displayName")))


def _before(causes: list[dict[str, Any]]) -> str:
    """Of a run out of time, what a try before had failed of: often it took the time."""
    if not _DEADLINE.search(causes[-1]["message"]):
        return ""
    tries = [step["message"] for step in causes if not _DEADLINE.search(step["message"])]
    return f"; a try before: {tries[-1]}" if tries else ""


def _explained(message: str) -> str:
    """A store answers the same for a bucket that is not there and for one that the pipelines may not use.

    A Secret that is not there is an empty folder, because the pipelines with settings in the store have none.
    """
    if _STORE_REFUSES.search(message):
        return f"{message} (is the bucket there, and may the pipelines use it?)"
    if _NO_REASON.search(message):
        return f"{message}, its log says why"
    return (
        f"{message} (was the pipeline's Secret deleted?)" if _NO_SECRET.search(message) else message
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
