"""E-mail over SMTP, with TLS from the start, STARTTLS, or neither."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any, Callable

from .attempts import Busy, Refused
from .notice import Notice, clean, clipped, line

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def prepare(channel: Mapping[str, Any], notice: Notice) -> Callable[[float], None]:
    """Sends a message to the recipients of the channel."""
    message = mail(channel, notice)
    return lambda seconds: _send(channel, message, seconds)


def mail(channel: Mapping[str, Any], notice: Notice) -> EmailMessage:
    """The message, which mail programs show in one thread for each pipeline."""
    to = channel["to"]
    domain = parseaddr(str(channel["from"]))[1].rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = str(channel["from"])
    message["To"] = ", ".join(to) if isinstance(to, list) else str(to)
    message["Subject"] = clipped(line(notice.title), 200)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=domain)
    message["References"] = f"<{notice.key(channel.get('scope')).replace(':', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body(notice))
    return message


def body(notice: Notice) -> str:
    """The message in plain text."""
    table = "\n".join(f"{label + ':':<11}{value}" for label, value in notice.details)
    parts = (
        f"{notice.title}",
        notice.error,
        "\n".join(map(clean, notice.notes)),
        table,
        notice.link,
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _send(channel: Mapping[str, Any], message: EmailMessage, seconds: float) -> None:
    try:
        with _connection(channel, seconds) as server:
            if "user" in channel:
                server.login(str(channel["user"]), str(channel["password"]))
            refused = server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise Refused(f"SMTP {error.smtp_code}: user or password refused") from None
    except smtplib.SMTPResponseException as error:
        reason = f"SMTP {error.smtp_code}"
        raise (Busy if 400 <= error.smtp_code < 500 else Refused)(reason) from None
    except smtplib.SMTPRecipientsRefused:
        raise Refused("the server refused all recipients") from None
    except smtplib.SMTPNotSupportedError:
        raise Refused("the server does not support STARTTLS or authentication") from None
    except ssl.SSLError as error:
        raise Refused(f"TLS failed: {error.reason}") from None
    except socket.timeout:
        raise Refused("no response") from None
    except smtplib.SMTPException as error:
        raise Refused(type(error).__name__) from None
    except OSError as error:
        raise Busy(f"connection failed: {error.strerror or type(error).__name__}") from None
    if refused:
        raise Refused(f"the server refused {len(refused)} of the recipients")


def _connection(channel: Mapping[str, Any], seconds: float) -> smtplib.SMTP:
    security = channel.get("security", "starttls")
    host, port = str(channel["host"]), int(channel.get("port", _PORTS[security]))
    # The name of the machine without a look-up in DNS, which may take long in a pod.
    name = socket.gethostname()
    if security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, name, timeout=seconds, context=context)
    server = smtplib.SMTP(host, port, name, timeout=seconds)
    if security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
