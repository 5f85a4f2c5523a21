"""notify: sends a webhook notification about a run. It never fails, because a notification must not change a run's result."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

from .codes import OK
from .failures import failures_in, first_failure
from .files import records_of, records_text, result_if_any, write_json
from .request import Arguments

STARTED, SUCCEEDED, FAILED, RECOVERED = "started", "succeeded", "failed", "recovered"
_TIMEOUT_SECONDS = 10
_SIGNS = {
    STARTED: ":arrow_forward:",
    SUCCEEDED: ":white_check_mark:",
    FAILED: ":x:",
    RECOVERED: ":large_green_circle:",
}


def notify(args: Arguments) -> tuple[int, Optional[str]]:
    """Always 0; a notification that fails is logged."""
    try:
        event = _event(args)
        if event:
            _send(os.environ["WEBHOOK_URL"].strip(), message(event, args, os.environ))
            print(f"sent notification: {event}")
    except Exception as error:  # Whatever went wrong, the result of the run stays the same.
        # Show neither the address nor the response of the webhook: both may be secret.
        sys.stderr.write(
            f"runner | notification failed: {type(error).__name__} {getattr(error, 'code', '')}\n"
        )
    return OK, None


def _event(args: Arguments) -> Optional[str]:
    """The event to report, or None. Writes the marker, so that the next run knows whether this one failed."""
    wanted = args.on
    if args.event == FAILED and RECOVERED in wanted:
        write_json(args.marker, {"failing": True})
    if args.event == SUCCEEDED and _was_failing(args.failing):
        write_json(args.marker, {"failing": False})
        if RECOVERED in wanted:
            return RECOVERED
    return args.event if args.event in wanted else None


def _was_failing(path: Optional[str]) -> bool:
    try:
        with open(path or "", "rb") as file:
            return json.loads(file.read())["failing"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def message(event: str, args: Arguments, environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a notification, without unknown ones."""
    error = first_failure(failures_in(environment)) if event == FAILED else None
    result = result_if_any(args.result)
    fields = {
        "event": event,
        "pipeline": args.pipeline,
        "owner": args.owner,
        "run": args.run,
        "workflow": args.workflow,
        "namespace": args.namespace,
        "seconds": _number(args.seconds),
        "records": records_of(result),
        "leftOut": result.get("leftOut"),
        "error": error,
        "link": args.link,
    }
    known = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return {"text": _text(known, records_text(result)), **known}


def _number(text: Optional[str]) -> Optional[float]:
    # Argo leaves unknown values as templates.
    try:
        value = float(text or "")
    except ValueError:
        return None
    return int(value) if value.is_integer() else round(value, 1)


def _text(fields: Mapping[str, Any], records: Optional[str]) -> str:
    event = fields["event"]
    details = [
        f"{fields['seconds']:,.0f} s" if "seconds" in fields else "",
        records or "",
        f"owner {fields['owner']}" if "owner" in fields else "",
    ]
    head = f"{_SIGNS[event]} {fields['pipeline']} {event}"
    told = ", ".join(detail for detail in details if detail)
    # Without a link, the name identifies the run.
    left_out = [f"skipped: {text}" for text in fields.get("leftOut", [])]
    lines = [
        f"{head} ({told})" if told else head,
        fields.get("error"),
        *left_out,
        fields.get("link") or f"run {fields['run']}",
    ]
    return _escaped("\n".join(line for line in lines if line))


def _escaped(text: str) -> str:
    """Escapes text for Slack, where <...> are links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _send(url: str, fields: Mapping[str, Any]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("no webhook address")
    # Slack's webhooks accept only a text.
    body = {"text": fields["text"]} if parts.hostname == "hooks.slack.com" else fields
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):
        pass
