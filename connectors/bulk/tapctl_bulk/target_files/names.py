"""Names of files and folders."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%=]|^\.|\s$')
LONGEST_BYTES = 150


def run_name(started: datetime) -> str:
    """Return a name that no other run has, such as `20261129T135400Z-3f9a1c`."""
    return f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def safe(name: str) -> str:
    """Return a text as part of a path. Characters that file systems reject become %XX."""
    escaped = UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
    encoded = escaped.encode()
    if len(encoded) <= LONGEST_BYTES:
        return escaped
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{encoded[:LONGEST_BYTES].decode(errors='ignore')}-{digest}"


def partition_folder(column: str, value: str | None) -> str:
    """Return the folder of a partition, named as Hive names it."""
    return f"{safe(column)}={'__HIVE_DEFAULT_PARTITION__' if value is None else safe(value)}"
