"""Microsoft Teams: an Adaptive Card for the webhook of a workflow.

Format: learn.microsoft.com, microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using. A message has at
most 28 KB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from .channel_http import json_post
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

_STYLES = {
    STARTED: "accent",
    SUCCEEDED: "good",
    FAILED: "attention",
    RECOVERED: "good",
    SCHEMA_CHANGED: "warning",
    SLOT_AT_RISK: "warning",
}
_LONGEST_TEXT = 4000
_MOST_LINES = 40


def prepare(channel: Mapping[str, Any], notice: Notice) -> Callable[[float], None]:
    """Sends a card to the webhook of a workflow."""
    return json_post(str(channel["webhook"]), message(notice))


def message(notice: Notice) -> Mapping[str, Any]:
    """The message with the card."""
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card(notice),
            }
        ],
    }


def card(notice: Notice) -> Mapping[str, Any]:
    """The card. Text runs, unlike text blocks and facts, contain no Markdown."""
    title = {"type": "TextRun", "text": clipped(notice.title, 200), "weight": "Bolder"}
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": clipped(notice.title, 200),
        "msteams": {"width": "Full"},
        "body": [
            {
                "type": "Container",
                "style": _STYLES[notice.event],
                "bleed": True,
                "items": [_text({**title, "size": "Medium"})],
            },
            *_lines(notice.error or "", {"fontType": "Monospace"}),
            *_lines("\n".join(map(clean, notice.notes)), {}),
            *(
                _text(
                    {"type": "TextRun", "text": f"{label}: ", "isSubtle": True},
                    {"type": "TextRun", "text": clipped(value, 200)},
                )
                for label, value in notice.details
            ),
        ],
        "actions": (
            [{"type": "Action.OpenUrl", "title": "Open the run", "url": notice.link}]
            if notice.link
            else []
        ),
    }


def _lines(text: str, style: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    # A line break in a text run is shown as a space.
    lines = [line for line in clipped(text, _LONGEST_TEXT).split("\n") if line.strip()]
    return [_text({"type": "TextRun", "text": line, **style}) for line in lines[:_MOST_LINES]]


def _text(*runs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}
