"""PagerDuty, Events API v2: a failure triggers an alert, the next success resolves it.

Format: developer.pagerduty.com, docs/events-api-v2/trigger-events (summary 1,024, dedup_key 255 characters).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from .channel_http import json_post
from .notice import FAILED, STARTED, Notice, clean, clipped, line

_URL = "https://events.pagerduty.com/v2/enqueue"


def prepare(channel: Mapping[str, Any], notice: Notice) -> Optional[Callable[[float], None]]:
    """Sends an event; a start is not an event of an incident."""
    if notice.event == STARTED:
        return None
    return json_post(str(channel.get("url", _URL)), event(channel, notice))


def event(channel: Mapping[str, Any], notice: Notice) -> Mapping[str, Any]:
    """The event."""
    common = {
        "routing_key": str(channel["routingKey"]).strip(),
        "dedup_key": clipped(notice.key(channel.get("scope")), 255),
    }
    if notice.event != FAILED:
        return {**common, "event_action": "resolve"}
    error = f": {line(notice.error)}" if notice.error else ""
    return {
        **common,
        "event_action": "trigger",
        "client": "tapctl",
        **({"client_url": notice.link} if notice.link else {}),
        "links": [{"href": notice.link, "text": "Open the run"}] if notice.link else [],
        "payload": {
            "summary": clipped(f"{notice.title}{error}", 1024),
            "source": str(notice.fields.get("namespace", "local")),
            "severity": channel.get("severity", "error"),
            "component": str(notice.fields["pipeline"]),
            "class": "pipeline run",
            **({"group": line(str(notice.fields["owner"]))} if "owner" in notice.fields else {}),
            "custom_details": details(notice),
        },
    }


def details(notice: Notice) -> Mapping[str, str]:
    """Labels and values of an alert."""
    notes = "\n".join(map(clean, notice.notes))
    found = (("Error", notice.error), *notice.details, ("Notes", notes))
    return {label: clipped(value, 2000) for label, value in found if value}
