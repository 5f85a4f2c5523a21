"""The failed steps of a Workflow as reported by Argo."""

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
# Follow-ups and jobs report errors only in their logs; the runner's own steps give a reason.
_NO_REASON = re.compile(r"^\S+: Error \(exit code (?!137\))\d+\)$")
_PASSED_ON = re.compile(
    r"^child '.*' (failed|errored)$|^No more retries left|: dependency \".*\" exited with non-zero"
    r"|^step group deemed errored due to child "
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
    """Argo's list of failures: FAILURES contains it in base64."""
    encoded = environment.get("FAILURES")
    if not encoded:
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except ValueError:
        return encoded


def first_failure(failures: Optional[str]) -> Optional[str]:
    """Why a Workflow failed: the message of the last step that caused the failure.

    The text is JSON in a Go-quoted string; anything else is shown unchanged.
    """
    if not failures:
        return None
    listed = _listed(failures)
    if listed is None:
        return _short(failures)
    # A DAG that failed because of a task has no message.
    steps = [
        step for step in listed if isinstance(step, dict) and isinstance(step.get("message"), str)
    ]
    steps = [step for step in steps if step["message"].strip()]
    steps.sort(key=lambda step: str(step.get("finishedAt") or ""))
    # Most failed steps only report that a child failed.
    causes = [step for step in steps if not _PASSED_ON.search(step["message"])] or steps
    # A target is stopped when its tap fails.
    causes = [step for step in causes if not _STOPPED.search(step["message"])] or causes
    # A tap loses its reader when its target fails, or when its data cannot be loaded.
    causes = [step for step in causes if not _READER_GONE.search(step["message"])] or causes
    return (
        _short(f"{_step(causes[-1])}: {_explained(causes[-1]['message'])}{_before(causes)}")
        if causes
        else None
    )


def _listed(failures: str) -> Optional[list[Any]]:
    """The entries of the list, or the complete ones of a truncated list; None if it is not a list."""
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
    """Unquotes a Go string, which has JSON's escapes and a few more; the closing quote may be missing."""
    quoted = _QUOTED.match(text)
    return _ESCAPE.sub(_character, quoted.group(1)) if quoted else text


def _character(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code[1:], 16)) if len(code) > 1 else _CONTROL.get(code, code)


def _step(failed: dict[str, Any]) -> str:
    """A verdict is reported as the step that it judges."""
    return _VERDICT.sub("", str(failed.get("displayName")))


def _before(causes: list[dict[str, Any]]) -> str:
    """For a run that exceeded its deadline, the error of an earlier attempt, which is often the cause."""
    if not _DEADLINE.search(causes[-1]["message"]):
        return ""
    tries = [step["message"] for step in causes if not _DEADLINE.search(step["message"])]
    return f"; an earlier attempt: {tries[-1]}" if tries else ""


def _explained(message: str) -> str:
    """Adds a hint: a store gives the same answer for a missing bucket and for one without access.

    A missing Secret is an empty folder, because pipelines with settings in the store have no Secret.
    """
    if _STORE_REFUSES.search(message):
        return f"{message} (does the bucket exist, and do the pipelines have access?)"
    if _NO_REASON.search(message):
        return f"{message}; see its log"
    return (
        f"{message} (was the pipeline's Secret deleted?)" if _NO_SECRET.search(message) else message
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
