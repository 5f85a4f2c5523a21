"""The catalog that an earlier discovery stored, so that not every run discovers again."""

from __future__ import annotations

import os
import time
from typing import Any, Optional

from .catalog import Entry, entries, names
from .codes import RunnerError
from .columns import keys_of
from .connector import Connector
from .files import read_list, read_object
from .lossless import encode
from .masking import likely_secrets
from .selection import fits
from .session import Session

_TIME = "%Y-%m-%dT%H:%M:%SZ"


Catalog = dict[str, Any]


def catalog_to_store(
    session: Session, tap: Connector, config: dict[str, Any], catalog: Catalog
) -> bytes:
    """A catalog as the tap discovered it, with what it belongs to."""
    now = time.strftime(_TIME, time.gmtime())
    belongs_to = _belongs_to(session, tap, config)
    return encode({"version": 1, "discovered": now, **belongs_to, "catalog": catalog})


def stored_catalog(session: Session, tap: Connector, config: dict[str, Any]) -> Optional[Catalog]:
    """The stored catalog, if it is of this tap version, source and settings and young enough."""
    path = session.args.stored_catalog
    if not path or not os.path.exists(path):
        return None
    try:
        stored = read_object(path, "stored catalog")
        entries(stored.get("catalog"), "its catalog")
        refused = _refused(session, stored, _belongs_to(session, tap, config))
    except RunnerError as error:
        refused = str(error)
    if refused:
        session.log.line("runner", f"the stored catalog is not used: {refused}")
        return None
    if not session.args.attempt:
        session.log.line("runner", f"uses the catalog that was discovered {stored['discovered']}")
    catalog: Catalog = stored["catalog"]
    return catalog


def still_fits(stored: Catalog, found: Catalog, rules: list[Any]) -> bool:
    """Whether the source has all that `rules` select from the stored catalog, unchanged."""
    patterns = [rule["stream"] for rule in rules if not rule.get("ignore")]
    now = {entry.get("tap_stream_id"): entry for entry in found["streams"]}
    return all(
        _has_all_of(now.get(entry.get("tap_stream_id")), entry)
        for entry in stored["streams"]
        if any(fits(pattern, name) for pattern in patterns for name in names(entry))
    )


def _has_all_of(now: Optional[Entry], stored: Entry) -> bool:
    if now is None or keys_of(now) != keys_of(stored):
        return False
    columns, present = _columns(stored), _columns(now)
    return all(
        name in present and encode(present[name]) == encode(column)
        for name, column in columns.items()
    )


def _columns(entry: Entry) -> dict[str, Any]:
    columns: dict[str, Any] = (entry.get("schema") or {}).get("properties") or {}
    return columns


def _refused(session: Session, stored: dict[str, Any], belongs_to: dict[str, Any]) -> Optional[str]:
    """Why this run does not use the stored catalog; None if it does."""
    discovered = str(stored.get("discovered"))
    age = _age(discovered)
    if age is None:
        return "it has no time"
    for what, now in belongs_to.items():
        if stored.get(what) != now:
            return f"it was discovered {discovered} with {_WORDS[what]}"
    longest = session.args.catalog_max_age
    if longest and age > longest:
        return f"it was discovered {discovered}, longer ago than its maxAge"
    return None


_WORDS = {
    "tap": "another tap or version",
    "source": "another source",
    "settings": "other settings",
}


def _belongs_to(session: Session, tap: Connector, config: dict[str, Any]) -> dict[str, Any]:
    args = session.args
    path = getattr(args, "identity", None)
    identity = read_object(path, "identity") if path and os.path.exists(path) else {}
    return {
        "tap": f"{tap.name} {tap.version}",
        "source": identity.get("source"),
        "settings": _fingerprint(session, config),
    }


def _fingerprint(session: Session, config: dict[str, Any]) -> str:
    """A digest of the tap's settings without secrets, which rotate."""
    listed = session.args.tap_secrets
    if listed:
        paths = read_list(listed, "list of secrets")
        secret = {path[0] for path in paths if isinstance(path, list) and path}
    else:
        secret = {name for name in config if likely_secrets({name: config[name]})}
    known = {name: config[name] for name in sorted(config) if name not in secret}
    # Loaded late: it loads OpenSSL, and most runs have no stored catalog.
    import hashlib

    return hashlib.sha256(encode(known)).hexdigest()[:16]


def _age(discovered: str) -> Optional[float]:
    # Loaded late, like hashlib.
    from datetime import datetime, timezone

    try:
        then = datetime.strptime(discovered, _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return (datetime.now(timezone.utc) - then).total_seconds()
