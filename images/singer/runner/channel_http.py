"""POST requests of channels: through the proxies and with the certificates of the environment."""

from __future__ import annotations

import socket
import ssl
import time
import urllib.request
from collections.abc import Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPMessage
from typing import IO, Any, Callable, Optional
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from .attempts import Busy, Refused
from .lossless import encode

_BUSY = (429, 500, 502, 503, 504)
_JSON = {"Content-Type": "application/json", "User-Agent": "tapctl"}


def json_post(
    url: str, body: Any, headers: Optional[Mapping[str, str]] = None
) -> Callable[[float], None]:
    """Sends `body` as JSON, once within a number of seconds."""
    address = url.strip()
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("its address is not an http or https URL")
    # The value of a secret may end with a line break.
    given = {name: str(value).strip() for name, value in (headers or {}).items()}
    request = urllib.request.Request(address, encode(body), {**_JSON, **given}, method="POST")
    return lambda seconds: _post(request, seconds)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the request into a GET without content, and be taken for a success."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def _post(request: urllib.request.Request, seconds: float) -> None:
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=seconds):
            pass
    except HTTPError as error:
        reason = f"HTTP {error.code}"
        after = error.headers.get("Retry-After")
        error.close()
        if error.code in _BUSY:
            raise Busy(reason, retry_seconds(after)) from None
        raise Refused(reason) from None
    except URLError as error:
        # The request may have arrived before a timeout, and is not sent again.
        if isinstance(error.reason, socket.timeout):
            raise Refused("no response") from None
        is_final = isinstance(error.reason, ssl.SSLError)
        raise (Refused if is_final else Busy)(_reason(error.reason)) from None
    except socket.timeout:
        raise Refused("no response") from None


def _reason(reason: Any) -> str:
    """Never the text of an exception, which may contain the address."""
    text = getattr(reason, "strerror", None) or type(reason).__name__
    return f"connection failed: {text}"


def retry_seconds(value: Optional[str]) -> Optional[float]:
    """The seconds of a Retry-After header: a number or a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return max(0.0, date.timestamp() - time.time())
