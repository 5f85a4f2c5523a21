"""Slack: blocks with a text for notifications and clients that show no blocks.

Limits: docs.slack.dev, reference/block-kit/blocks (header 150, section 3,000, field 2,000 characters, 10 fields).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import quote

from .channel_http import json_post
from .channel_webhook import escaped, text_of
from .notice import (
    FAILED,
    RECOVERED,
    SCHEMA_CHANGED,
    SLOT_AT_RISK,
    STARTED,
    SUCCEEDED,
    Notice,
    clean,
    clipped,
)

_SIGNS = {
    STARTED: "\N{BLACK RIGHT-POINTING TRIANGLE}",
    SUCCEEDED: "\N{WHITE HEAVY CHECK MARK}",
    FAILED: "\N{CROSS MARK}",
    RECOVERED: "\N{LARGE GREEN CIRCLE}",
    SCHEMA_CHANGED: "\N{WARNING SIGN}",
    SLOT_AT_RISK: "\N{WARNING SIGN}",
}


def prepare(channel: Mapping[str, Any], notice: Notice) -> Callable[[float], None]:
    """Sends a message to an incoming webhook."""
    return json_post(str(channel["webhook"]), message(notice))


def message(notice: Notice) -> Mapping[str, Any]:
    """The content of a message. Untrusted texts are plain text: no mentions, links or formatting."""
    sign = _SIGNS[notice.event]
    sections = [notice.error or "", "\n".join(map(clean, notice.notes))]
    return {
        "text": clipped(f"{sign} {clean(text_of(notice))}", 3000, escaped),
        "blocks": [
            {"type": "header", "text": _plain(f"{sign} {notice.title}", 150)},
            *({"type": "section", "text": _plain(text, 3000)} for text in sections if text),
            {
                "type": "section",
                "fields": [
                    _plain(f"{label}\n{value}", 2000) for label, value in notice.details[:10]
                ],
            },
            *_link(notice),
        ],
    }


def _link(notice: Notice) -> list[Mapping[str, Any]]:
    if not notice.link:
        return []
    # Everything that ends a link or its address.
    address = quote(notice.link, safe="%/:?=&#+,;@!~*'()[]$-._").replace("&", "&amp;")
    text = {"type": "mrkdwn", "text": f"<{address}|Open the run>"}
    return [{"type": "context", "elements": [text]}] if len(address) < 2900 else []


def _plain(text: str, longest: int) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": clipped(text, longest, escaped), "emoji": False}
