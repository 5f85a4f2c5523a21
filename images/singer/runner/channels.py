"""The channels of notifications, which are sent to all of them in parallel."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

from . import (
    channel_email,
    channel_opsgenie,
    channel_pagerduty,
    channel_slack,
    channel_teams,
    channel_webhook,
)
from .attempts import Refused, attempts
from .codes import RunnerError
from .lossless import loads
from .mounted_secrets import with_mounted_secrets
from .notice import Notice

Channel = Mapping[str, Any]
"""The settings of a channel, with its secrets."""

_SECONDS = 45
"""For all channels and attempts; Argo ends the pod after 60."""

_SECRETS = os.environ.get("CHANNEL_SECRETS", "/singer/secrets")
"""Folder of the mounted keys of existing Kubernetes Secrets."""

_SENDERS: Mapping[str, Callable[[Channel, Notice], Optional[Callable[[float], None]]]] = {
    "slack": channel_slack.prepare,
    "teams": channel_teams.prepare,
    "pagerduty": channel_pagerduty.prepare,
    "opsgenie": channel_opsgenie.prepare,
    "email": channel_email.prepare,
    "webhook": channel_webhook.prepare,
}
"""Returns a function that sends once within a number of seconds; None if the channel ignores the event."""


class _Delivery(NamedTuple):
    kind: str
    done: list[str]
    """What happened, once it is known."""
    thread: threading.Thread


def deliver(text: str, notice: Notice) -> list[str]:
    """Sends a notice to each channel in `text`, and prints what became of it; returns what failed."""
    failures = []
    until = time.monotonic() + _SECONDS
    deliveries = [_start(channel, notice, until) for channel in channels_in(text)]
    for delivery in deliveries:
        delivery.thread.join(max(0, until - time.monotonic()) + 1)
        outcome = delivery.done[0] if delivery.done else f"no response within {_SECONDS} s"
        if outcome == _SENT:
            print(f"sent notification to {delivery.kind}: {notice.event}", flush=True)
        elif outcome:
            failures.append(f"{delivery.kind}: {outcome}")
            sys.stderr.write(f"runner | notification to {delivery.kind} failed: {outcome}\n")
    return failures


def channels_in(text: str) -> list[Channel]:
    """The channels in a JSON list; any other text is the URL of a webhook."""
    stripped = text.strip()
    if not stripped.startswith("["):
        return [{"kind": "webhook", "url": stripped}]
    return [channel for channel in loads(stripped) if isinstance(channel, dict)]


def _with_secrets(channel: Channel, kind: str) -> Channel:
    """The channel with its mounted secrets; the body of a webhook is sent unchanged."""
    settings = {name: value for name, value in channel.items() if name != "body"}
    return {**channel, **with_mounted_secrets(settings, _SECRETS, f"channel {kind}")}


_SENT = "sent"
_IGNORED = ""


def _start(channel: Channel, notice: Notice, until: float) -> _Delivery:
    done: list[str] = []
    # A daemon: a server that sends a byte now and then must not keep the process.
    thread = threading.Thread(
        target=lambda: done.append(_deliver(channel, notice, until)), daemon=True
    )
    thread.start()
    return _Delivery(str(channel.get("kind")), done, thread)


def _deliver(channel: Channel, notice: Notice, until: float) -> str:
    """_SENT, _IGNORED or the reason of a failure, which never shows an address, a response or a secret."""
    try:
        kind = str(channel.get("kind"))
        send = _SENDERS[kind](_with_secrets(channel, kind), notice)
        if send is None:
            return _IGNORED
        attempts(send, until)
    except (Refused, RunnerError) as error:
        return str(error)
    except KeyError as error:
        return f"{error} is missing or unknown"
    except Exception as error:  # One channel must not affect another.
        return type(error).__name__
    return _SENT
