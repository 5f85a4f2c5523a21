"""Opsgenie, Alert API: a failure creates an alert, the next success closes it.

Format: docs.opsgenie.com, docs/alert-api (message 130, alias 512, description 15,000, entity 512 characters; details
8,000 in all).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Callable, Optional
from urllib.parse import quote

from .channel_http import json_post
from .channel_pagerduty import details
from .channel_webhook import text_of
from .notice import FAILED, STARTED, Notice, clean, clipped, line

_URL = "https://api.opsgenie.com"


def prepare(channel: Mapping[str, Any], notice: Notice) -> Optional[Callable[[float], None]]:
    """Creates or closes an alert; a start is not an event of an alert."""
    if notice.event == STARTED:
        return None
    alias = clipped(notice.key(channel.get("scope")), 512)
    base = f"{str(channel.get('url', _URL)).rstrip('/')}/v2/alerts"
    headers = {"Authorization": f"GenieKey {str(channel['apiKey']).strip()}"}
    if notice.event == FAILED:
        return json_post(base, alert(alias, channel, notice), headers)
    address = f"{base}/{quote(alias, safe='')}/close?identifierType=alias"
    return json_post(address, closed(notice), headers)


def alert(alias: str, channel: Mapping[str, Any], notice: Notice) -> Mapping[str, Any]:
    """The alert. Opsgenie shows HTML, so texts are escaped."""
    error = f": {line(notice.error)}" if notice.error else ""
    return {
        "message": _escaped(f"{notice.title}{error}", 130),
        "alias": alias,
        "description": _escaped(clean(text_of(notice)), 15000),
        "entity": clipped(str(notice.fields["pipeline"]), 512),
        "source": "tapctl",
        "priority": channel.get("priority", "P3"),
        "tags": ["tapctl"],
        "details": {label: _escaped(value, 800) for label, value in details(notice).items()},
    }


def closed(notice: Notice) -> Mapping[str, Any]:
    """What the log of a closed alert says."""
    return {"source": "tapctl", "note": _escaped(clean(text_of(notice)), 10000)}


def _escaped(text: str, longest: int) -> str:
    return clipped(text, longest, lambda part: html.escape(part, quote=False))
