"""A webhook that receives the fields of a notification as JSON, or a template filled with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

from .channel_http import json_post
from .notice import FAILED, RECOVERED, SCHEMA_CHANGED, SLOT_AT_RISK, STARTED, SUCCEEDED, Notice

_PLACE = re.compile(r"\{\{ *(\w+) *\}\}")
_SIGNS = {
    STARTED: ":arrow_forward:",
    SUCCEEDED: ":white_check_mark:",
    FAILED: ":x:",
    RECOVERED: ":large_green_circle:",
    SCHEMA_CHANGED: ":warning:",
    SLOT_AT_RISK: ":warning:",
}
_STATUSES = {
    STARTED: "started",
    SUCCEEDED: "resolved",
    FAILED: "firing",
    RECOVERED: "resolved",
    SCHEMA_CHANGED: "resolved",
    SLOT_AT_RISK: "resolved",
}


def prepare(channel: Mapping[str, Any], notice: Notice) -> Callable[[float], None]:
    """Sends the template `body` of the channel, or all fields of the notice."""
    url = str(channel["url"])
    template = channel.get("body")
    body = default_body(url, notice) if template is None else filled(template, values(notice))
    return json_post(url, body, channel.get("headers"))


def default_body(url: str, notice: Notice) -> Mapping[str, Any]:
    """The fields with a text for people in Slack's format. Slack's own webhooks accept only the text."""
    text = escaped(f"{_SIGNS[notice.event]} {text_of(notice)}")
    if urlsplit(url.strip()).hostname == "hooks.slack.com":
        return {"text": text}
    return {"text": text, **notice.fields}


def values(notice: Notice) -> Mapping[str, Any]:
    """The value of a placeholder."""
    return {
        **notice.fields,
        "title": notice.title,
        "text": text_of(notice),
        "key": notice.key(),
        "status": _STATUSES[notice.event],
    }


def filled(template: Any, known: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced. A string that is a placeholder becomes the value itself."""
    if isinstance(template, str):
        whole = _PLACE.fullmatch(template)
        if whole:
            return known.get(whole[1])
        return _PLACE.sub(lambda place: _text(known.get(place[1])), template)
    if isinstance(template, list):
        return [filled(item, known) for item in template]
    if isinstance(template, dict):
        return {name: filled(item, known) for name, item in template.items()}
    return template


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def text_of(notice: Notice) -> str:
    """The notice as plain text; it ends with the link, or without one with the run."""
    fields = notice.fields
    details = [
        f"{fields['seconds']:,.0f} s" if "seconds" in fields else "",
        notice.records or "",
        f"owner {fields['owner']}" if "owner" in fields else "",
    ]
    told = ", ".join(detail for detail in details if detail)
    head = f"{fields['pipeline']} {notice.event}"
    lines: list[Optional[str]] = [
        f"{head} ({told})" if told else head,
        fields.get("error"),
        *notice.notes,
        notice.link or f"run {fields['run']}",
    ]
    return "\n".join(text for text in lines if text)


def escaped(text: str) -> str:
    """Escapes text for Slack, where <...> are links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
