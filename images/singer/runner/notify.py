"""notify: sends notifications about a run. It never fails, because a notification must not change a run's result."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Optional

from .channels import deliver
from .codes import OK
from .failures import failures_in, first_failure
from .files import records_of, records_text, result_if_any, write_json
from .notice import FAILED, RECOVERED, SCHEMA_CHANGED, SLOT_AT_RISK, SUCCEEDED, Notice
from .request import Arguments

_MOST_CHANGES = 10


def notify(args: Arguments) -> tuple[int, Optional[str]]:
    """Always 0; a notification that fails is logged."""
    try:
        event = _event(args)
        if event:
            failures = deliver(os.environ.get("CHANNELS", ""), notice(event, args, os.environ))
            if args.undelivered:
                told = {"run": args.run, "event": event, "failures": failures}
                write_json(args.undelivered, told if failures else {})
    except Exception as error:  # Whatever went wrong, the result of the run stays the same.
        sys.stderr.write(f"runner | notification failed: {type(error).__name__}\n")
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
    if args.event in wanted:
        return str(args.event)
    if args.event != SUCCEEDED:
        return None
    if slot_problems(result_if_any(args.tap_result)):
        return SLOT_AT_RISK
    return SCHEMA_CHANGED if _warns(result_if_any(args.result)) else None


def _warns(result: Mapping[str, Any]) -> bool:
    """Whether the schema of a stream has changed that is not simply loaded then."""
    return any(change.get("policy") != "load" for change in result.get("schemaChanges") or ())


def _was_failing(path: Optional[str]) -> bool:
    try:
        with open(path or "", "rb") as file:
            return json.loads(file.read())["failing"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def notice(event: str, args: Arguments, environment: Mapping[str, str]) -> Notice:
    """What a notification says: fields without unknown ones."""
    error = first_failure(failures_in(environment)) if event == FAILED else None
    result = result_if_any(args.result)
    left_out = result.get("leftOut")
    changes = _changes(result)
    slots = slot_problems(result_if_any(args.tap_result))
    fields = {
        "event": event,
        "pipeline": args.pipeline,
        "owner": args.owner,
        "run": args.run,
        "workflow": args.workflow,
        "namespace": args.namespace,
        "seconds": _number(args.seconds),
        "records": records_of(result),
        "leftOut": left_out,
        "schemaChanges": changes,
        "slots": slots,
        "error": error,
        "link": args.link,
    }
    known = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return Notice(
        fields=known,
        records=records_text(result),
        notes=(
            *(f"skipped: {text}" for text in left_out or []),
            *(f"schema changed: {text}" for text in changes),
            *slots,
        ),
    )


def slot_problems(result: Mapping[str, Any]) -> list[str]:
    """Problems of the replication slots of a tap, each as text."""
    return [slot["problem"] for slot in result.get("slots") or () if slot.get("problem")]


def _changes(result: Mapping[str, Any]) -> list[str]:
    """The schema changes, each as text."""
    found = result.get("schemaChanges") or []
    texts = [f"{change['stream']}: {change['text']}" for change in found[:_MOST_CHANGES]]
    more = len(found) - len(texts)
    return texts + ([f"and {more:,} more"] if more else [])


def _number(text: Optional[str]) -> Optional[float]:
    # Argo leaves unknown values as templates.
    try:
        value = float(text or "")
    except ValueError:
        return None
    return int(value) if value.is_integer() else round(value, 1)
