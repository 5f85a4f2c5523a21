"""notify: tells a webhook of a run. It never fails: a run is not judged by who hears of it."""

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
    """Always 0; what could not be told is said in the log."""
    try:
        event = _event(args)
        if event:
            _send(os.environ["WEBHOOK_URL"].strip(), message(event, args, os.environ))
            print(f"told of {event}")
    except Exception as error:  # whatever it is, the run has ended as it has
        # Neither the address nor a reply of the webhook is shown: both may be secret.
        sys.stderr.write(
            f"runner | not told: {type(error).__name__} {getattr(error, 'code', '')}\n"
        )
    return OK, None


def _event(args: Arguments) -> Optional[str]:
    """What is told; None for nothing. Leaves the marker, so that the next run knows whether this one failed."""
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
    """The fields of a notification, those that are not known left out."""
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
    # What Argo does not know stays a template.
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
    # Without a link only its name leads to the run.
    left_out = [f"left out: {text}" for text in fields.get("leftOut", [])]
    lines = [
        f"{head} ({told})" if told else head,
        fields.get("error"),
        *left_out,
        fields.get("link") or f"run {fields['run']}",
    ]
    return _escaped("\n".join(line for line in lines if line))


def _escaped(text: str) -> str:
    """For Slack, where <...> are links and mentions of everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _send(url: str, fields: Mapping[str, Any]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("no address of a webhook")
    # Slack's webhooks take a text and nothing else.
    body = {"text": fields["text"]} if parts.hostname == "hooks.slack.com" else fields
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):
        pass
